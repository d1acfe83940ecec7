# Analysis of covariance with HC3 errors, and errors by clusters left out. Run in this folder: Rscript ancova.R (needs
# r-cran-sandwich, r-cran-lmtest). Writes ancova.json.
library(jsonlite)
suppressMessages({library(sandwich); library(lmtest)})
set.seed(20260301)
n <- 40
earlier <- round(rbeta(n, 4, 16), 4)
recent <- round(pmin(pmax(earlier + rnorm(n, 0, 0.05), 0), 1), 4)
treated <- as.integer(rank(recent, ties.method = "first") <= 8)
post <- round(pmin(pmax(0.05 + 0.5 * earlier + 0.2 * recent + 0.04 * treated + rnorm(n, 0, 0.04), 0), 1), 4)

fit <- lm(post ~ treated + recent + earlier)
hc3 <- vcovHC(fit, type = "HC3")
row <- coeftest(fit, vcov = hc3, df = n - 4)["treated", ]
half <- qt(0.975, n - 4) * row["Std. Error"]

# Lin (2013): interacted with centred covariates.
lin <- lm(post ~ treated * (I(recent - mean(recent)) + I(earlier - mean(earlier))))
lin_error <- sqrt(vcovHC(lin, type = "HC3")["treated", "treated"])

# Several rows of one person leave together: the sum of squared moves of the coefficient as each person is left out.
person <- rep(seq_len(20), each = 2)
move <- sapply(unique(person), function(p) coef(lm(post ~ treated + recent + earlier, subset = person != p))["treated"])
clustered <- sqrt(sum((move - coef(fit)["treated"])^2))

write_json(list(source = "made-up rates; lm, sandwich::vcovHC(type = \"HC3\"), lmtest::coeftest with t(n - 4), leaving out by hand",
                made_by = "ancova.R",
                version = paste(R.version.string, paste("sandwich", packageVersion("sandwich")), sep = ", "),
                data = list(post = post, treated = treated, recent = recent, earlier = earlier, person = person - 1),
                expected = list(effect = unname(row["Estimate"]), error = unname(row["Std. Error"]),
                                p_value = unname(row["Pr(>|t|)"]), low = unname(row["Estimate"] - half),
                                high = unname(row["Estimate"] + half), coefficients = unname(coef(fit)),
                                hc3 = unname(diag(hc3)), lin_effect = unname(coef(lin)["treated"]),
                                lin_error = lin_error, clustered_error = clustered)),
           "ancova.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)

# Exact ratios of Poisson rates, a quasi-Poisson change of weekly counts, and negative binomial likelihoods.
# Run: Rscript tests/reference/yields.R > tests/reference/yields.json
suppressMessages(library(jsonlite))
ratio <- function(x0, e0, x1, e1) {
  # exposure per event after over before is the rate before over the rate after
  limits <- poisson.test(c(x0, x1), c(e0, e1))$conf.int
  c(limits[1], limits[2]) - 1
}
reached <- c(31, 12, 25, 44, 18, 29, 9, 14, 22, 6)
expected <- c(28, 20, 24, 30, 25, 22, 20, 26, 24, 21)
later <- c(0, 0, 0, 0, 0, 0, 1, 1, 1, 1)
fit <- glm(reached ~ later + offset(log(expected)), family = quasipoisson)
error <- summary(fit)$coefficients["later", "Std. Error"]
half <- qt(0.975, fit$df.residual) * error
change <- unname(coef(fit)["later"])
events <- c(5, 9, 2, 7, 0, 14)
exposure <- c(40, 50, 30, 45, 25, 60)
likelihood <- function(mean, shape) sum(dnbinom(events, size = shape, mu = mean * exposure, log = TRUE))
cases <- list(c(10, 1000, 20, 1000), c(110, 7000, 40, 3500), c(3, 50, 1, 80))
points <- list(c(0.10, 2), c(0.15, 8), c(0.20, 60))
cat(toJSON(list(
  source = "R stats: poisson.test, glm(quasipoisson), dnbinom",
  made_by = "yields.R",
  version = R.version.string,
  data = list(ratios = cases, reached = reached, expected = expected, later = later == 1,
              events = events, exposure = exposure, points = points),
  expected = list(
    ratios = lapply(cases, function(each) ratio(each[1], each[2], each[3], each[4])),
    change = exp(change) - 1, low = exp(change - half) - 1, high = exp(change + half) - 1,
    log_likelihood = sapply(points, function(each) likelihood(each[1], each[2])))
), auto_unbox = TRUE, digits = 10, pretty = TRUE))
cat("\n")

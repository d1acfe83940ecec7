# Run-off triangle of insurance claims: the chain ladder as the Poisson model of row and column, fitted by glm.
# Run in this folder: Rscript taylor_ashe.R (needs r-cran-jsonlite). Writes taylor_ashe.json.
library(jsonlite)
rows <- list(
  c(357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948),
  c(352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046),
  c(290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405),
  c(310608, 1108250, 776189, 1562400, 272482, 352053, 206286),
  c(443160, 693190, 991983, 769488, 504851, 470639),
  c(396132, 937085, 847498, 805037, 705960),
  c(440832, 847631, 1131398, 1063269),
  c(359480, 1061648, 1443370),
  c(376686, 986608),
  I(344014)) # I(): a list of one in JSON too
cells <- do.call(rbind, lapply(seq_along(rows), function(i) data.frame(row = i, column = seq_along(rows[[i]]), y = as.numeric(rows[[i]]))))
fit <- glm(y ~ factor(row) + factor(column), data = cells, family = quasipoisson, control = list(epsilon = 1e-12, maxit = 50))
open <- subset(expand.grid(row = 1:10, column = 1:10), row + column > 11)
reserve <- sum(predict(fit, open, type = "response"))
share <- exp(c(0, coef(fit)[grep("column", names(coef(fit)))]))
share <- cumsum(share) / sum(share)
write_json(list(
  source = "Taylor, Ashe (1983), Journal of Econometrics 23; as in Mack (1993), ASTIN Bulletin 23(2); stats::glm quasipoisson",
  made_by = "taylor_ashe.R", version = R.version.string,
  data = list(rows = rows),
  expected = list(reserve = reserve, share = unname(share), factors = unname(share[-1] / share[-10]))
), "taylor_ashe.json", digits = 10, auto_unbox = TRUE, pretty = TRUE)

# Events and trials in strata. Run in this folder: Rscript harm.R (needs survival). Writes harm.json.
suppressMessages({library(jsonlite); library(survival)})
sets <- list(two = list(a = c(30, 12), n1 = c(100, 60), b = c(10, 8), n0 = c(100, 80)),
             sparse = list(a = c(3, 0, 5, 1), n1 = c(90, 40, 120, 8), b = c(2, 1, 4, 0), n0 = c(400, 300, 700, 90)),
             none = list(a = c(2, 3, 1), n1 = c(100, 90, 80), b = c(20, 28, 9), n0 = c(1000, 900, 700)))
found <- lapply(sets, function(s) {
  k <- length(s$a)
  d <- data.frame(y = c(s$a, s$b), n = c(s$n1, s$n0), many = rep(1:0, each = k), stratum = factor(rep(seq_len(k), 2)))
  fit <- glm(y ~ many + stratum + offset(log(n)), family = poisson, data = d, control = list(epsilon = 1e-13, maxit = 100))
  n <- s$n1 + s$n0
  pooled <- sum(s$a * s$n0 / n) / sum(s$b * s$n1 / n)
  # The chance of as many among the many: the sum of binomials, ties half, counted out by convolution.
  p <- 1
  for (i in seq_len(k)) p <- convolve(p, rev(dbinom(0:(s$a[i] + s$b[i]), s$a[i] + s$b[i], s$n1[i] / n[i])), type = "open")
  x <- sum(s$a)
  list(ratio = unname(exp(coef(fit)["many"])), pooled = pooled, p_value = sum(p[(x + 2):length(p)]) + p[x + 1] / 2)
})
write_json(list(made_by = "harm.R", version = R.version.string, source = "glm (Poisson with strata), Mantel-Haenszel rate ratio and convolved binomials in R", data = sets, expected = found), "harm.json",
           auto_unbox = TRUE, digits = 10, pretty = TRUE)

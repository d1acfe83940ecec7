# Usual log odds from two dimensions, ridge penalised. Run in this folder: Rscript standard.R (base R).
# Writes standard.json.
library(jsonlite)
cells <- expand.grid(a = 0:2, b = 0:3)
m <- c(40, 120, 15, 80, 0, 33, 210, 55, 60, 9, 75, 140)
s <- c(10, 31, 1, 25, 0, 12, 30, 9, 20, 0, 31, 20)
x <- cbind(1, outer(cells$a, 0:2, "==") * 1, outer(cells$b, 0:3, "==") * 1)
ridge <- c(0, rep(1, ncol(x) - 1))
loss <- function(beta) {
  eta <- as.vector(x %*% beta)
  -sum(s * eta - m * log1p(exp(eta))) + sum(ridge * beta^2) / 2
}
gradient <- function(beta) {
  eta <- as.vector(x %*% beta)
  -as.vector(t(x) %*% (s - m * plogis(eta))) + ridge * beta
}
fit <- optim(rep(0, ncol(x)), loss, gradient, method = "BFGS", control = list(reltol = 1e-15, maxit = 5000))
content <- list(
  source = "made-up counts; penalised logistic regression by optim in R", made_by = "standard.R", version = R.version.string,
  data = list(a = cells$a, b = cells$b, successes = s, exposure = m),
  expected = list(log_odds = as.vector(x %*% fit$par)))
write_json(content, "standard.json", digits = 10, auto_unbox = TRUE, pretty = TRUE)

# What the scripts of the hierarchical rates share. Sourced by rats.R, surgical.R and cbpp.R.
library(jsonlite)

# Log of the beta-binomial chance but for the binomial coefficient.
log_chance <- function(s, m, a, b) lbeta(a + s, b + m - s) - lbeta(a, b)

# Posterior means under p(a, b) ~ (a + b)^(-5/2), 2 <= a + b <= 500: a plain sum over a fine fixed grid of log odds of the
# mean by log strength, on which the prior is mean (1 - mean) strength^(-1/2).
full_bayes <- function(s, m, log_odds, points = 300) {
  grid <- expand.grid(x = seq(log_odds[1], log_odds[2], length.out = points),
                      y = seq(log(2), log(500), length.out = points))
  mean <- plogis(grid$x)
  strength <- exp(grid$y)
  a <- mean * strength
  b <- (1 - mean) * strength
  log_weight <- log(mean) + log1p(-mean) - grid$y / 2
  for (i in seq_along(s)) log_weight <- log_weight + log_chance(s[i], m[i], a, b)
  weight <- exp(log_weight - max(log_weight))
  weight <- weight / sum(weight)
  rate <- sapply(seq_along(s), function(i) sum(weight * (a + s[i]) / (strength + m[i])))
  spread <- sapply(seq_along(s), function(i) {
    at <- (a + s[i]) / (strength + m[i])
    sum(weight * (at * (1 - at) / (strength + m[i] + 1) + at^2)) - rate[i]^2
  })
  list(rate = rate, sd = sqrt(spread), prior_mean = sum(weight * mean), prior_strength = exp(sum(weight * grid$y)))
}

# Mean and strength of greatest likelihood, and the rates shrunk by them.
plug_in <- function(s, m) {
  fit <- optim(c(qlogis(sum(s) / sum(m)), log(20)), function(p) {
    a <- plogis(p[1]) * exp(p[2])
    b <- plogis(-p[1]) * exp(p[2])
    -sum(log_chance(s, m, a, b))
  }, control = list(reltol = 1e-14, maxit = 5000))
  mean <- plogis(fit$par[1])
  strength <- exp(fit$par[2])
  list(mean = mean, strength = strength, rate = (mean * strength + s) / (strength + m))
}

# lme4: logit of the rate normal between members, 25 quadrature points.
mixed_model <- function(s, m) {
  member <- factor(seq_along(s))
  fit <- lme4::glmer(cbind(s, m - s) ~ 1 + (1 | member), family = binomial, nAGQ = 25)
  list(intercept = unname(lme4::fixef(fit)), intercept_se = unname(sqrt(diag(as.matrix(vcov(fit))))),
       sd = unname(attr(lme4::VarCorr(fit)$member, "stddev")), rate = unname(fitted(fit)))
}

save_as <- function(name, source, data, expected, packages = NULL) {
  versions <- c(R.version.string, sapply(packages, function(p) paste(p, packageVersion(p))))
  write_json(list(source = source, made_by = paste0(name, ".R"), version = paste(versions, collapse = ", "),
                  data = data, expected = expected),
             paste0(name, ".json"), digits = 10, auto_unbox = TRUE, pretty = TRUE)
}

# Customers who renewed, year by year, in two segments. Run in this folder: Rscript fader_hardie.R. Writes fader_hardie.json.
suppressMessages(library(jsonlite))
still <- list(regular = c(1000, 631, 468, 382, 326, 289, 262, 241), high_end = c(1000, 869, 743, 653, 593, 551, 517, 491))
fit <- function(n, years) {
  n <- n[1:(years + 1)]; lost <- -diff(n)
  value <- function(x) {
    a <- exp(x[1]); b <- exp(x[2]); t <- seq_len(years)
    p <- lbeta(a + 1, b + t - 1) - lbeta(a, b); s <- lbeta(a, b + years) - lbeta(a, b)
    -(sum(lost * p) + n[years + 1] * s)
  }
  best <- optim(c(0, 1), value, control = list(reltol = 1e-14, maxit = 5000))
  list(alpha = exp(best$par[1]), beta = exp(best$par[2]), log_likelihood = -best$value)
}
found <- lapply(still, function(n) list(four = fit(n, 4), seven = fit(n, 7)))
published <- list(regular = list(four = c(0.764, 1.296), seven = c(0.704, 1.182)), high_end = list(four = c(1.281, 7.790), seven = c(0.668, 3.806)))
write_json(list(made_by = "fader_hardie.R", version = R.version.string, source = "Fader, Hardie (2007), How to project customer retention, J. Interactive Marketing 21(1); the fits by optim in R", data = still,
                expected = list(found = found, published = published)), "fader_hardie.json", auto_unbox = TRUE, digits = 10, pretty = TRUE)

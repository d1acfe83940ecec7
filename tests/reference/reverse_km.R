# Reverse-time product limit on single delays: survival::survfit, time running backwards and entry late.
# Run in this folder: Rscript reverse_km.R (needs r-cran-survival, r-cran-jsonlite). Writes reverse_km.json.
library(jsonlite)
library(survival)
set.seed(20)
horizon <- 12
n <- 400
seen <- sample(1:20, n, replace = TRUE)
end_of_bin <- pmin(ceiling(rexp(n, 1 / 4)), 13)
here <- end_of_bin <= pmin(seen, horizon)
end_of_bin <- end_of_bin[here]
seen <- seen[here]
# Backwards an answer enters when its effort's observation ends and falls when it came; half a day keeps entry before the event.
fit <- survfit(Surv(-pmin(seen, horizon) - .5, -end_of_bin, rep(1, length(seen))) ~ 1)
# F(u - 1) is the chance of having no event up to -u.
share <- c(sapply(0:(horizon - 1), function(u) {
  at <- which(fit$time <= -(u + 1))
  if (length(at) == 0) 1 else fit$surv[max(at)]
}), 1)
write_json(list(
  source = "survival::survfit with late entry on simulated delays, seed 20",
  made_by = "reverse_km.R", version = paste(R.version.string, ", survival", packageVersion("survival")),
  data = list(lag_day = end_of_bin - 1, observed_days = seen, horizon_days = horizon),
  expected = list(share = share)
), "reverse_km.json", digits = 10, auto_unbox = TRUE, pretty = FALSE)

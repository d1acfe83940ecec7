# Batting averages of 18 players after 45 turns, shrunk by James and Stein's rule. Run in this folder:
# Rscript efron_morris.R (needs r-cran-jsonlite). Writes efron_morris.json.
library(jsonlite)
hits <- c(18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7)
season <- c(.346, .298, .276, .222, .273, .270, .263, .210, .269, .230, .264, .256, .303, .264, .226, .285, .316, .200)
y <- hits / 45
factor <- 1 - (length(y) - 3) * mean(y) * (1 - mean(y)) / 45 / sum((y - mean(y))^2)
shrunk <- mean(y) + factor * (y - mean(y))
write_json(list(
  source = "Efron, Morris (1977), Scientific American 236(5); published: c = .212, ratio 3.5",
  made_by = "efron_morris.R", version = R.version.string,
  data = list(hits = hits, at_bats = rep(45, 18), season = season),
  expected = list(c = factor, error_raw = sum((y - season)^2), error_shrunk = sum((shrunk - season)^2),
                  ratio = sum((y - season)^2) / sum((shrunk - season)^2))
), "efron_morris.json", digits = 10, auto_unbox = TRUE, pretty = TRUE)

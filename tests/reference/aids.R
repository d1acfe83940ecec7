# Delays in reporting AIDS in England and Wales: the Poisson model of row and column on the complete cells.
# Run in this folder: Rscript aids.R (needs r-cran-boot, r-cran-jsonlite). Writes aids.json.
library(jsonlite)
data(aids, package = "boot")
complete <- subset(aids, dud == 0)
fit <- suppressWarnings(glm(y ~ factor(time) + factor(delay), data = complete, family = poisson,
                            control = list(epsilon = 1e-12, maxit = 100)))
total <- tapply(predict(fit, aids, type = "response"), aids$time, sum)
reported <- tapply(aids$y, aids$time, sum)
rows <- lapply(split(aids$y, aids$time), as.integer)
complete_cells <- as.integer(tapply(aids$dud == 0, aids$time, sum))
write_json(list(
  source = "boot::aids, De Angelis, Gilks (1994), JRSS A 157; Davison, Hinkley (1997), example 7.4; stats::glm poisson",
  made_by = "aids.R", version = paste(R.version.string, ", boot", packageVersion("boot")),
  data = list(rows = unname(rows), complete_cells = complete_cells),
  expected = list(reported = as.integer(reported), total = as.numeric(total))
), "aids.json", digits = 10, auto_unbox = TRUE, pretty = TRUE)

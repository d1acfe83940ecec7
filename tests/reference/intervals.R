# Jeffreys and Wilson intervals, from base R.
# Run in this folder: Rscript intervals.R (needs r-cran-jsonlite). Writes intervals.json.
library(jsonlite)

cells <- data.frame(successes = c(0, 0, 1, 4, 5, 18, 20, 7, 0.5, 3.25), exposure = c(1, 20, 5, 20, 5, 45, 20, 1000, 2.75, 61.5))
whole <- cells$successes %% 1 == 0 & cells$exposure %% 1 == 0
wilson <- sapply(seq_len(nrow(cells)), function(i) {
  if (!whole[i]) return(c(NA, NA))
  suppressWarnings(prop.test(cells$successes[i], cells$exposure[i], correct = FALSE)$conf.int[1:2])
})
jeffreys_low <- qbeta(.025, cells$successes + .5, cells$exposure - cells$successes + .5)
jeffreys_high <- qbeta(.975, cells$successes + .5, cells$exposure - cells$successes + .5)
jeffreys_low[cells$successes == 0] <- 0
jeffreys_high[cells$successes == cells$exposure] <- 1

write_json(list(
  source = "stats::qbeta and stats::prop.test(correct = FALSE)",
  made_by = "intervals.R", version = R.version.string,
  data = list(successes = cells$successes, exposure = cells$exposure),
  expected = list(jeffreys_low = jeffreys_low, jeffreys_high = jeffreys_high,
                  wilson_low = wilson[1, ], wilson_high = wilson[2, ])
), "intervals.json", digits = 10, auto_unbox = TRUE, na = "null", pretty = TRUE)

# A funnel of heart surgery in 12 hospitals. Run in this folder: Rscript funnel.R (base R). Writes funnel.json.
library(jsonlite)
m <- c(47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360)
s <- c(0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24)
common <- sum(s) / sum(m)
p <- pmin(1, 2 * pmin(pbinom(s, m, common), 1 - pbinom(s - 1, m, common)))
z <- (s / m - common) / sqrt(common * (1 - common) / m)
o <- sort(z)
cut <- floor(0.1 * length(o))
drawn <- pmin(pmax(o, o[cut + 1]), o[length(o) - cut])
content <- list(
  source = "Spiegelhalter et al. (1996), BUGS Examples volume 1, Surgical; limits of Spiegelhalter (2005), Statistics in Medicine 24(8), with pbinom in R",
  made_by = "funnel.R", version = R.version.string,
  data = list(successes = s, exposure = m),
  expected = list(common = common, p_value = p, plain_z = z, phi = max(1, mean(drawn^2))))
write_json(content, "funnel.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)

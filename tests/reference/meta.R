# Random-effects means of log odds ratios (BCG vaccine, 13 trials) and adjusted p-values. Run in this folder:
# Rscript meta.R (needs r-cran-metafor). Writes meta.json.
library(metafor)
library(jsonlite)
d <- escalc(measure = "OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
y <- as.numeric(d$yi)
v <- as.numeric(d$vi)
plain <- rma(y, v, method = "DL")
knha <- rma(y, v, method = "DL", test = "knha")
alike <- rma(y[c(1, 2, 3, 6)], v[c(1, 2, 3, 6)], method = "DL", test = "knha")
told <- function(fit) list(mean = as.numeric(fit$b), error = fit$se, low = fit$ci.lb, high = fit$ci.ub,
                           p_value = as.numeric(fit$pval), tau_squared = fit$tau2)
p <- c(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1)
content <- list(
  source = "Colditz et al. (1994), JAMA 271(9), as dat.bcg of metafor; p-values of Benjamini, Hochberg (1995), JRSS B 57(1), section 3; metafor::rma and p.adjust in R",
  made_by = "meta.R",
  version = paste0(R.version.string, ", metafor ", packageVersion("metafor")),
  data = list(effects = y, variances = v, some = c(0, 1, 2, 5), p_values = p),
  expected = list(der_simonian_laird = told(plain), hksj = told(knha), some_hksj = told(alike),
                  adjusted = p.adjust(p, "BH")))
write_json(content, "meta.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)

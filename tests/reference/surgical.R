# Deaths after heart surgery on infants in 12 hospitals. Run in this folder: Rscript surgical.R (needs r-cran-lme4).
# Writes surgical.json.
source("hierarchical.R")
m <- c(47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360)
s <- c(0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24)
save_as("surgical", "Spiegelhalter et al. (1996), BUGS Examples volume 1, Surgical; optim, lme4::glmer and grid sum in R",
        list(successes = s, exposure = m),
        list(plug_in = plug_in(s, m), full_bayes = full_bayes(s, m, c(-5, -0.5)), mixed_model = mixed_model(s, m)),
        packages = "lme4")

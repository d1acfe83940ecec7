# Tumours in 71 groups of rats: a sum over a fine grid. Run in this folder: Rscript rats.R. Writes rats.json.
source("hierarchical.R")
s <- c(rep(0, 14), rep(1, 8), rep(2, 9), 1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10, rep(4, 7), 10, 4, 4, 4, 5, 11, 12, 5, 5, 6,
       5, 6, 6, 6, 6, 16, 15, 15, 9, 4)
m <- c(rep(20, 7), rep(19, 4), 18, 18, 17, rep(20, 4), 19, 19, 18, 18, 25, 24, 23, rep(20, 6), 10, 49, 19, 46, 27, 17, 49,
       47, 20, 20, 13, 48, 50, rep(20, 7), 48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 46, 47, 24, 14)
stopifnot(length(s) == 71, length(m) == 71, sum(s) == 267, sum(m) == 1739)
save_as("rats", "Tarone (1982), Biometrics 38; Gelman et al., Bayesian Data Analysis, table 5.1; grid sum in R",
        list(successes = s, exposure = m), list(full_bayes = full_bayes(s, m, c(-4, 0))))

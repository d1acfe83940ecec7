# Contagious bovine pleuropneumonia in 15 herds. Run in this folder: Rscript cbpp.R (needs r-cran-lme4). Writes cbpp.json.
# Checked first: lme4's own example (period effects) comes out as its manual shows it, with one and with 25 quadrature points.
source("hierarchical.R")
data(cbpp, package = "lme4")
example <- function(points, fixed, sd) {
  fit <- lme4::glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial, nAGQ = points)
  stopifnot(abs(lme4::fixef(fit) - fixed) < 2e-5, abs(attr(lme4::VarCorr(fit)$herd, "stddev") - sd) < 2e-5)
}
example(1, c(-1.39834, -0.99193, -1.12822, -1.57975), 0.64207)
example(25, c(-1.39922, -0.99141, -1.12781, -1.57948), 0.64752)
herd <- aggregate(cbind(incidence, size) ~ herd, data = cbpp, FUN = sum)
s <- herd$incidence
m <- herd$size
save_as("cbpp", "lme4::cbpp, Lesnoff et al. (2004), Preventive Veterinary Medicine 66; herds summed over their periods",
        list(successes = s, exposure = m),
        list(full_bayes = full_bayes(s, m, c(-4.5, 0.5)), mixed_model = mixed_model(s, m)),
        packages = "lme4")

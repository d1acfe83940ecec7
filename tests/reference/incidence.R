# Waits with one end and with several: Freireich's leukemia trial (MASS::gehan) and survival::mgus2.
# Run in this folder: Rscript incidence.R (needs r-cran-survival, r-cran-mass, r-cran-cmprsk, r-cran-jsonlite).
# Writes incidence.json. Of the trial's Cox models nothing is here: the project has none.
library(MASS)
library(cmprsk)
library(jsonlite)
library(survival)

arms <- c("6-MP", "control")
fit <- survfit(Surv(time, cens) ~ treat, data = gehan)
middle <- quantile(fit, 0.5)
trial <- lapply(arms, function(arm) {
  one <- survfit(Surv(time, cens) ~ 1, data = gehan[gehan$treat == arm, ])
  list(time = one$time, share = one$surv, low = one$lower, high = one$upper)
})
at <- match(paste0("treat=", arms), rownames(middle$quantile))
test <- survdiff(Surv(time, cens) ~ treat, data = gehan)
three <- survdiff(Surv(futime, death) ~ cut(age, c(0, 60, 75, 200)), data = mgus2)

# As the package's own vignette has it: whichever comes first, progression (1) or death (2).
end <- with(mgus2, ifelse(pstat == 0, 2 * death, 1))
age <- with(mgus2, ifelse(pstat == 0, futime, ptime))
months <- c(60, 120, 240, 360)
both <- summary(survfit(Surv(age, factor(end, 0:2, c("open", "pcm", "death"))) ~ 1), times = months)$pstate
wrong <- 1 - summary(survfit(Surv(age, end == 1) ~ 1), times = months)$surv
known <- timepoints(cuminc(age, end), months)
sexes <- lapply(c("F", "M"), function(sex) {
  one <- timepoints(cuminc(age[mgus2$sex == sex], end[mgus2$sex == sex]), months)
  list(share = unname(one$est[1, ]), variance = unname(one$var[1, ]))
})

write_json(list(
  source = "MASS::gehan (Freireich 1963, Blood 21) and survival::mgus2 (Kyle 2002, NEJM 346)",
  made_by = "incidence.R",
  version = paste(R.version.string, ", survival", packageVersion("survival"), ", cmprsk", packageVersion("cmprsk")),
  data = list(
    gehan = list(group = match(gehan$treat, arms) - 1, time = gehan$time, ended = gehan$cens),
    mgus2 = list(age = age, end = end, sex = as.integer(mgus2$sex == "M"), months = months,
      futime = mgus2$futime, death = mgus2$death, band = as.integer(cut(mgus2$age, c(0, 60, 75, 200))) - 1)
  ),
  expected = list(
    gehan = list(curves = trial, median = unname(middle$quantile[at]), low = unname(middle$lower[at]),
      high = unname(middle$upper[at]), log_rank = test$chisq),
    mgus2 = list(pcm = both[, 2], death = both[, 3], wrong_pcm = wrong, pcm_variance = unname(known$var[1, ]),
      death_variance = unname(known$var[2, ]), cmprsk_pcm = unname(known$est[1, ]), by_sex = sexes,
      log_rank = three$chisq)
  )
), "incidence.json", digits = 12, auto_unbox = TRUE, pretty = FALSE, na = "null")

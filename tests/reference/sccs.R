# Self-controlled case series: meningitis after MMR in Oxford (10 cases), ITP after MMR (44 admissions of 35 children).
# Data: Farrington, Whitaker & Ghebremichael-Weldeselassie (2018), Self-controlled Case Series Studies; Miller et al. (2001);
# as in the R package SCCS 1.7 (data sets of its manual, github.com/cran/SCCS). Ages in days.
# Every day is a row, fitted by stats::glm; SCCS::standardsccs (survival::clogit over cut time) gives the same.
# Run in this folder: Rscript sccs.R (needs r-cran-jsonlite). Writes sccs.json.
library(jsonlite)

oxford <- data.frame(
  case = 1:10,
  event = c(398, 399, 413, 449, 455, 472, 474, 485, 524, 700),
  dose = c(458, 750, 392, 429, 433, 432, 395, 470, 496, 428),
  first = 366, last = 730
)
itp <- data.frame(
  case = c(1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 9, 10, 11, 12, 13, 14, 15, 16, 16, 17, 17, 18, 19, 20, 21, 22, 23, 23, 23, 23, 23,
           24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 34, 35),
  event = c(691, 722, 442, 429, 414, 418, 708, 615, 463, 440, 473, 477, 396, 676, 480, 633, 403, 419, 443, 553, 666, 705,
            419, 402, 406, 494, 374, 389, 452, 522, 564, 598, 409, 612, 381, 438, 425, 543, 609, 412, 407, 484, 623, 411),
  dose = c(670, 868, 540, 378, 710, 710, 487, 461, 526, 529, 529, 458, 374, 428, 446, 423, 365, 369, 369, 889, 889,
           389, 389, 385, 458, 468, 819, 819, 819, 819, 819, 430, 384, 398, 427, 427, 647, 422, 860, 387, 396, 408,
           408, 383)
)
itp$first <- ifelse(itp$case == 1, 454, ifelse(itp$case == 6, 439, 366))
itp$last <- ifelse(itp$case == 27, 723, ifelse(itp$case %in% c(29, 30), 677, ifelse(itp$case == 31, 674, 730)))

# Every day of observation is a row; that is the likelihood itself, without cutting.
fit <- function(data, risks, ages) {
  people <- data[!duplicated(data$case), ]
  days <- do.call(rbind, lapply(seq_len(nrow(people)), function(i) {
    p <- people[i, ]
    day <- p$first:p$last
    out <- data.frame(case = p$case, day = day, event = 0)
    hits <- data$event[data$case == p$case]
    for (h in hits) out$event[out$day == h] <- out$event[out$day == h] + 1
    since <- day - p$dose
    for (r in seq_along(risks)) out[[paste0("risk", r)]] <- as.numeric(since >= risks[[r]][1] & since <= risks[[r]][2])
    if (length(ages)) for (a in ages) out[[paste0("age", a)]] <- as.numeric(day >= a)
    out
  }))
  columns <- setdiff(names(days), c("case", "day", "event"))
  # Poisson with one intercept a case has the same maximum and information as the conditional likelihood.
  model <- glm(as.formula(paste("event ~", paste(columns, collapse = "+"), "+ factor(case)")), data = days,
               family = poisson, control = glm.control(epsilon = 1e-13, maxit = 100))
  coefficient <- coef(model)[seq_len(length(risks)) + 1]
  se <- sqrt(diag(vcov(model)))[seq_len(length(risks)) + 1]
  list(log_ratio = unname(coefficient), se = unname(se), ratio = unname(exp(coefficient)),
       low = unname(exp(coefficient - qnorm(0.975) * se)), high = unname(exp(coefficient + qnorm(0.975) * se)))
}

write_json(list(
  source = "Farrington et al. (2018); Miller et al. (2001); SCCS 1.7 data; fitted by stats::glm in R over days",
  data = list(oxford = oxford, itp = itp),
  expected = list(
    oxford = fit(oxford, list(c(15, 35)), 548),
    oxford_without_age = fit(oxford, list(c(15, 35)), NULL),
    itp_without_age = fit(itp, list(c(0, 42)), NULL),
    itp = fit(itp, list(c(0, 42)), c(427, 488, 549, 610, 671)),
    itp_in_three = fit(itp, list(c(0, 14), c(15, 28), c(29, 42)), c(427, 488, 549, 610, 671))
  )
), "sccs.json", digits = 10, auto_unbox = FALSE, pretty = FALSE)

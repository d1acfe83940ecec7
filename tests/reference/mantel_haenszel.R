# Common odds ratios over strata. Run in this folder: Rscript mantel_haenszel.R (base R and metafor).
# Writes mantel_haenszel.json.
library(jsonlite)
library(metafor)
ucb <- UCBAdmissions  # Admit x Gender x Dept
a <- as.numeric(ucb["Admitted", "Male", ]); b <- as.numeric(ucb["Rejected", "Male", ])
c <- as.numeric(ucb["Admitted", "Female", ]); d <- as.numeric(ucb["Rejected", "Female", ])
test <- mantelhaen.test(ucb, correct = FALSE)
rbg <- rma.mh(ai = a, bi = b, ci = c, di = d, measure = "OR", correct = FALSE)
content <- list(
  source = "Bickel, Hammel, O'Connell (1975), Science 187, as UCBAdmissions of R; mantelhaen.test and metafor::rma.mh in R",
  made_by = "mantel_haenszel.R",
  version = paste0(R.version.string, ", metafor ", packageVersion("metafor")),
  data = list(success = a, exposure = a + b, other_success = c, other_exposure = c + d),
  expected = list(ratio = as.numeric(test$estimate), low = test$conf.int[1], high = test$conf.int[2],
                  p_value = test$p.value, log_error = rbg$se))
write_json(content, "mantel_haenszel.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)

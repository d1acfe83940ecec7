# Teen employment by county and year, and the year in which the minimum wage rose: counts, means and covariances of each
# cohort, which are all that group-time effects and their errors rest on. Data: mpdta.rda of the R package did, release
# 2.5.1 (github.com/bcallaway11/did, data/mpdta.rda; a part of the data of Callaway & Sant'Anna 2021), not kept here.
# Run: Rscript mpdta.R path/to/mpdta.rda. Writes mpdta.json. What is expected was printed by others:
# `never_treated`: the README of did 2.5.1 (controls never treated, est_method = "reg", no covariates), its simple average
# by csdid 0.4.3;
# `not_yet_treated`: csdid 0.4.3 from PyPI on the same data (control_group "notyettreated", est_method "reg").
library(jsonlite)
load(commandArgs(trailingOnly = TRUE)[1])
wide <- reshape(mpdta[order(mpdta$countyreal, mpdta$year), c("countyreal", "year", "lemp", "first.treat")],
                idvar = c("countyreal", "first.treat"), timevar = "year", direction = "wide")
years <- 2003:2007
cohorts <- lapply(sort(unique(wide$first.treat)), function(g) {
  y <- as.matrix(wide[wide$first.treat == g, paste0("lemp.", years)])
  list(starts = g, n = nrow(y), mean = unname(colMeans(y)), covariance = unname(cov(y)))
})
cells <- function(text) {
  rows <- read.table(text = text)
  lapply(seq_len(nrow(rows)), function(i) list(cohort = rows[i, 1], period = rows[i, 2], effect = rows[i, 3]))
}
never <- cells("2004 2004 -0.0105
2004 2005 -0.0704
2004 2006 -0.1373
2004 2007 -0.1008
2006 2004 0.0065
2006 2005 -0.0028
2006 2006 -0.0046
2006 2007 -0.0412
2007 2004 0.0305
2007 2005 -0.0027
2007 2006 -0.0311
2007 2007 -0.0261")
not_yet <- cells("2004 2004 -0.0194
2004 2005 -0.0783
2004 2006 -0.1363
2004 2007 -0.1008
2006 2004 -0.0026
2006 2005 -0.0019
2006 2006 0.0047
2006 2007 -0.0412
2007 2004 0.0298
2007 2005 -0.0024
2007 2006 -0.0311
2007 2007 -0.0261")
write_json(list(source = "mpdta of did 2.5.1; effects from its README and from csdid 0.4.3", made_by = "mpdta.R",
                version = R.version.string, data = list(years = years, cohorts = cohorts),
                expected = list(never_treated = never, not_yet_treated = not_yet,
                                simple_never_treated = list(effect = -0.04, error = 0.012),
                                simple_not_yet_treated = list(effect = -0.0398, error = 0.0121))),
           "mpdta.json", digits = 12, auto_unbox = TRUE, pretty = FALSE)

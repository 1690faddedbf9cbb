# End-to-end tests on varnishtest, by area.

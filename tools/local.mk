EXTRA_DIST += tools/check-includes

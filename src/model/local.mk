noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/config.h \
	src/model/http_codes.h \
	src/model/target.h \
	src/model/task.h \
	src/model/target_reasons.def \
	src/model/target_states.def

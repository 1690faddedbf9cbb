noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/config.h \
	src/model/http_codes.c src/model/http_codes.h \
	src/model/target.c src/model/target.h \
	src/model/task.c src/model/task.h src/model/task_json.c \
	src/model/target_reasons.def \
	src/model/target_states.def

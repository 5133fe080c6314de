# What is generated from the .proto files, and the wire format's sources: WIRE_SOURCES.
#
# Included by runtime/CMakeLists.txt.
find_package(Protobuf REQUIRED)
set(wire_dir ${CMAKE_CURRENT_LIST_DIR})
set(wire_out ${CMAKE_BINARY_DIR}/runtime/wire)
set(wire_protos
  google/rpc/status.proto
  opentelemetry/proto/collector/logs/v1/logs_service.proto
  opentelemetry/proto/collector/metrics/v1/metrics_service.proto
  opentelemetry/proto/collector/trace/v1/trace_service.proto
  opentelemetry/proto/common/v1/common.proto
  opentelemetry/proto/logs/v1/logs.proto
  opentelemetry/proto/metrics/v1/metrics.proto
  opentelemetry/proto/resource/v1/resource.proto
  opentelemetry/proto/trace/v1/trace.proto)
list(TRANSFORM wire_protos PREPEND ${wire_dir}/proto/)

add_executable(wire_generate ${wire_dir}/generate/wire_generate.cc)
target_link_libraries(wire_generate protobuf::libprotobuf)
if(WHITTLE_SANITIZE)
  target_compile_options(wire_generate PRIVATE -fno-sanitize=all)
  target_link_options(wire_generate PRIVATE -fno-sanitize=all)
endif()
file(MAKE_DIRECTORY ${wire_out})
add_custom_command(
  OUTPUT ${wire_out}/otlp_schema.h ${wire_out}/otlp_schema.cc ${wire_out}/otlp_views.h
  COMMAND wire_generate ${wire_dir}/proto ${Protobuf_INCLUDE_DIRS} ${wire_out}
  DEPENDS wire_generate ${wire_protos} COMMENT "OTLP's tables and views" VERBATIM)
add_custom_target(wire_generated DEPENDS ${wire_out}/otlp_schema.h ${wire_out}/otlp_schema.cc ${wire_out}/otlp_views.h)
add_dependencies(generated_headers wire_generated)

# By how often they run (cmake/runtime_archive.cmake).
set(WIRE_SMALL ${wire_dir}/attributes.cc ${wire_dir}/attribute_map.cc ${wire_dir}/normalize.cc ${wire_dir}/rpc_status.cc ${wire_dir}/value_text.cc)
set(WIRE_FAST ${wire_out}/otlp_schema.cc ${wire_dir}/json_read.cc ${wire_dir}/json_write.cc ${wire_dir}/validate.cc)
set(WIRE_BITCODE ${wire_dir}/wire.cc)
set(WIRE_SOURCES ${WIRE_SMALL} ${WIRE_FAST} ${WIRE_BITCODE})
set_property(GLOBAL PROPERTY WIRE_SOURCES ${WIRE_SOURCES})  # for the fuzz targets, which build them on their own

# SPDX-License-Identifier: Apache-2.0
# Runs declc over stdlib/: the config headers for runtime halves, and the compiler's tables.
#
# Whoever compiles a file that includes a *_config.h depends on the target `declarations`; the headers are found below
# ${CMAKE_BINARY_DIR}. The library `whittle_declarations` holds the tables.

file(GLOB_RECURSE wtl_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/stdlib/*.wtl)
file(GLOB check_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/stdlib/*/*/*_check.cc ${CMAKE_SOURCE_DIR}/stdlib/common/*_check.cc)
set(declaration_sources ${CMAKE_BINARY_DIR}/stdlib/components_decl.cc ${CMAKE_BINARY_DIR}/stdlib/common/common_decl.cc
                        ${CMAKE_BINARY_DIR}/stdlib/service/service_decl.cc)
set(declaration_headers ${CMAKE_BINARY_DIR}/stdlib/common/common_config.h ${CMAKE_BINARY_DIR}/stdlib/common/common_decl.h
                        ${CMAKE_BINARY_DIR}/stdlib/service/service_config.h ${CMAKE_BINARY_DIR}/stdlib/component_checks.cc)
foreach(component ${WHITTLE_COMPONENTS})
  get_filename_component(name ${component} NAME)
  list(APPEND declaration_sources ${CMAKE_BINARY_DIR}/stdlib/${component}/${name}_decl.cc)
  list(APPEND declaration_headers ${CMAKE_BINARY_DIR}/stdlib/${component}/${name}_config.h)
endforeach()

add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/stdlib/declarations.stamp
  BYPRODUCTS ${declaration_sources} ${declaration_headers}
  COMMAND declc --stdlib ${CMAKE_SOURCE_DIR}/stdlib --out ${CMAKE_BINARY_DIR}/stdlib
  COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/stdlib/declarations.stamp
  DEPENDS declc ${wtl_files} ${check_files}
  COMMENT "Reading the declarations of stdlib/")
add_custom_target(declarations DEPENDS ${CMAKE_BINARY_DIR}/stdlib/declarations.stamp)
set_source_files_properties(${declaration_sources} PROPERTIES GENERATED TRUE)

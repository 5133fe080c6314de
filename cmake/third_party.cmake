# The runtime's C libraries, built once for each target and for this machine (for the tests), and kept outside the build tree
# so that a clean checkout finds them: in $XDG_CACHE_HOME/whittle, by what they are built from.
#
#   third_party_dir(OUT target)   the folder with include/ and lib/
#   target third_party_<target>   makes it
#   target host_third_party       an interface library with the host's headers and archives

file(GLOB recipe CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/third_party/*)
list(SORT recipe)
set(recipe_text "${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_SYSTEM_PROCESSOR}")
foreach(file ${recipe})
  file(READ ${file} text)
  string(APPEND recipe_text "${text}")
endforeach()
string(SHA256 recipe_hash "${recipe_text}")
string(SUBSTRING ${recipe_hash} 0 16 recipe_hash)

if(DEFINED ENV{XDG_CACHE_HOME})
  set(cache $ENV{XDG_CACHE_HOME}/whittle)
elseif(DEFINED ENV{HOME})
  set(cache $ENV{HOME}/.cache/whittle)
else()
  set(cache ${CMAKE_BINARY_DIR}/third_party)
endif()
set(WHITTLE_THIRD_PARTY_CACHE ${cache} CACHE PATH "where built third-party libraries are kept")

set(recipe_dir ${CMAKE_CURRENT_LIST_DIR}/third_party)
if(WHITTLE_SOURCES)
  set(sources ${WHITTLE_SOURCES})
  set(sources_ready "")
else()
  set(sources ${WHITTLE_THIRD_PARTY_CACHE}/sources)
  set(sources_ready ${sources}/yyjson/.complete)
  add_custom_command(OUTPUT ${sources_ready} COMMAND ${recipe_dir}/fetch.sh ${sources}
    DEPENDS ${recipe_dir}/fetch.sh ${recipe_dir}/versions.txt
    COMMENT "Fetching the sources of the runtime's libraries" USES_TERMINAL VERBATIM)
endif()

function(third_party_dir out target)
  set(${out} ${WHITTLE_THIRD_PARTY_CACHE}/${target}-${recipe_hash} PARENT_SCOPE)
endfunction()

foreach(target host ${WHITTLE_TARGETS})
  third_party_dir(dir ${target})
  if(NOT EXISTS ${dir}/.complete)
    set(made "")
    foreach(name curl nghttp2 mbedtls yyjson yaml zstd z)
      list(APPEND made ${dir}/lib/lib${name}.a)
    endforeach()
    add_custom_command(OUTPUT ${dir}/.complete BYPRODUCTS ${made}
      COMMAND ${recipe_dir}/build.sh ${target} ${sources} ${dir} ${WHITTLE_LLVM}
      DEPENDS ${sources_ready}
      COMMENT "Building musl, mbedTLS, nghttp2, curl, zlib, zstd, yyjson and libyaml for ${target}" USES_TERMINAL VERBATIM)
  endif()
  add_custom_target(third_party_${target} DEPENDS ${dir}/.complete)
endforeach()

third_party_dir(host_dir host)
add_library(host_third_party INTERFACE)
add_dependencies(host_third_party third_party_host)
target_include_directories(host_third_party SYSTEM INTERFACE ${host_dir}/include)
target_link_libraries(host_third_party INTERFACE ${host_dir}/lib/libcurl.a ${host_dir}/lib/libnghttp2.a ${host_dir}/lib/libmbedtls.a
  ${host_dir}/lib/libyyjson.a ${host_dir}/lib/libyaml.a ${host_dir}/lib/libzstd.a ${host_dir}/lib/libz.a)

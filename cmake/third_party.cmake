# The runtime's C libraries, built once for each target and for this machine (for the tests), and kept outside the build tree so that a
# clean checkout finds them: in WHITTLE_THIRD_PARTY_CACHE, by what they are built from. third_party/versions.txt is the list of them.
#
#   third_party_dir(OUT target)   the folder with include/, lib/ and sources.txt
#   target third_party_<target>   makes it
#   target host_third_party       an interface library with the host's headers and archives
#   WHITTLE_THIRD_PARTY_MADE      what is made for a collector, in the order in which it is linked: libcurl.a ... libc.a rcrt1.o

set(recipe_dir ${CMAKE_CURRENT_LIST_DIR}/third_party)
set(recipe_text "${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_SYSTEM_PROCESSOR} ${WHITTLE_SOURCES}")
foreach(file build.sh mbedtls_config.h versions.txt)  # not fetch.py: what it fetches is pinned
  file(READ ${recipe_dir}/${file} text)
  string(APPEND recipe_text "${text}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${recipe_dir}/${file})
endforeach()
string(SHA256 recipe_hash "${recipe_text}")
string(SUBSTRING ${recipe_hash} 0 16 recipe_hash)

if(DEFINED ENV{WHITTLE_THIRD_PARTY_CACHE})
  set(cache $ENV{WHITTLE_THIRD_PARTY_CACHE})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(cache $ENV{XDG_CACHE_HOME}/whittle)
elseif(DEFINED ENV{HOME})
  set(cache $ENV{HOME}/.cache/whittle)
else()
  set(cache ${CMAKE_BINARY_DIR}/third_party)
endif()
set(WHITTLE_THIRD_PARTY_CACHE ${cache} CACHE PATH "where built third-party libraries are kept")

set(WHITTLE_THIRD_PARTY_MADE "")
file(STRINGS ${recipe_dir}/versions.txt lines REGEX "^[^#]")
foreach(line ${lines})
  string(REGEX REPLACE "^[^ ]+ +[^ ]+ +[^ ]+ +([^ ]+) .*" "\\1" made "${line}")
  string(REPLACE "," ";" made "${made}")
  list(APPEND WHITTLE_THIRD_PARTY_MADE ${made})
endforeach()
set(host_made ${WHITTLE_THIRD_PARTY_MADE})
list(REMOVE_ITEM host_made libc.a rcrt1.o)  # this machine has a libc

if(WHITTLE_SOURCES)
  set(sources ${WHITTLE_SOURCES})
  set(fetch "")
else()
  file(SHA256 ${recipe_dir}/versions.txt versions_hash)
  string(SUBSTRING ${versions_hash} 0 16 versions_hash)
  set(sources ${WHITTLE_THIRD_PARTY_CACHE}/sources-${versions_hash})
  set(fetch COMMAND ${recipe_dir}/fetch.py ${sources})
endif()

function(third_party_dir out target)
  set(${out} ${WHITTLE_THIRD_PARTY_CACHE}/${target}-${recipe_hash} PARENT_SCOPE)
endfunction()

# The folder's name says what it is made from, so what is there is never out of date and depends on nothing.
foreach(target host ${WHITTLE_TARGETS})
  third_party_dir(dir ${target})
  set(made ${WHITTLE_THIRD_PARTY_MADE})
  if(target STREQUAL "host")
    set(made ${host_made})
  endif()
  list(TRANSFORM made PREPEND ${dir}/lib/)
  add_custom_command(OUTPUT ${dir}/.complete BYPRODUCTS ${made} ${dir}/sources.txt
    ${fetch}
    COMMAND ${recipe_dir}/build.sh ${target} ${sources} ${dir} ${WHITTLE_LLVM}
    COMMENT "Building the runtime's C libraries for ${target}" USES_TERMINAL VERBATIM)
  add_custom_target(third_party_${target} DEPENDS ${dir}/.complete)
endforeach()

third_party_dir(host_dir host)
list(TRANSFORM host_made PREPEND ${host_dir}/lib/)
add_library(host_third_party INTERFACE)
add_dependencies(host_third_party third_party_host)
target_include_directories(host_third_party SYSTEM INTERFACE ${host_dir}/include)
target_link_libraries(host_third_party INTERFACE ${host_made})

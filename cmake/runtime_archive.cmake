# Runtime code, built several times over.
#
#   runtime_archive(NAME SOURCE... [FAST SOURCE...] [BITCODE SOURCE...])
#
# builds the sources into lib/<target>/lib<NAME>.a for every target in WHITTLE_TARGETS, and into the static library host_<NAME> for
# this machine's tests. How a source is compiled follows from how often its code runs, which whoever lists it knows:
#
#   BITCODE  generated code calls it for every record: an archive member of LLVM bitcode, which the linker's LTO inlines into the caller
#   FAST     it runs for every span or byte: machine code, optimised for speed
#   neither  it runs once a request or less: machine code, optimised for size
#
# LTO over the whole runtime took 2.0 s of each `whittle build` and made its result no smaller.
# Sources are relative to the calling folder; a path that begins with the
# build folder is taken as it is (generated code). All archives are gathered by the target `runtime_archives`.

set(WHITTLE_LIBRARY_DIR ${CMAKE_BINARY_DIR}/lib/whittle)  # what `whittle build` needs beside its own binary
add_custom_target(runtime_archives ALL)
add_custom_target(generated_headers)  # config structs, views: whatever runtime sources include from the build tree

# No exceptions, no RTTI, no global constructors; libc++'s headers on musl, hardened, without libc++.a.
set(RUNTIME_FLAGS -std=gnu++23 -ffunction-sections -fdata-sections -fPIE -fno-exceptions -fno-rtti -fno-threadsafe-statics
  -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-ident -fvisibility=hidden -fstack-protector-strong -ftrivial-auto-var-init=zero -nostdinc++ -nostdlibinc
  -D_GNU_SOURCE -DWHITTLE_RUNTIME -DNGHTTP2_STATICLIB -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST
  -D_LIBCPP_HAS_MUSL_LIBC=1 -D_LIBCPP_PROVIDES_DEFAULT_RUNE_TABLE
  -Wall -Wextra -Wno-missing-field-initializers -Wno-macro-redefined -Wglobal-constructors -Wno-gnu-statement-expression
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${CMAKE_BINARY_DIR}/=)
set(RUNTIME_FLAGS_x86_64 -march=x86-64-v2 -fcf-protection=full)
set(RUNTIME_FLAGS_aarch64 -march=armv8-a+crc+crypto -mno-outline-atomics -mbranch-protection=standard)

function(runtime_archive name)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "" "FAST;BITCODE")
  set(sources "")
  foreach(how IN ITEMS UNPARSED_ARGUMENTS FAST BITCODE)
    foreach(source ${A_${how}})
      cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
      list(APPEND sources ${source})
      set(how_${source} ${how})
    endforeach()
  endforeach()

  foreach(target ${WHITTLE_TARGETS})
    third_party_dir(sysroot ${target})
    set(objects "")
    foreach(source ${sources})
      cmake_path(GET source FILENAME file)
      cmake_path(GET source PARENT_PATH folder)
      cmake_path(GET folder FILENAME folder)
      set(file ${folder}_${file})
      set(object ${CMAKE_BINARY_DIR}/runtime_objects/${target}/${name}/${file}.o)
      set(how -Oz)
      if(how_${source} STREQUAL BITCODE)
        set(how -O2 -flto=full)
      elseif(how_${source} STREQUAL FAST)
        set(how -O2)
      endif()
      add_custom_command(OUTPUT ${object}
        COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${WHITTLE_LLVM}/bin/clang++ --target=${target}-linux-musl --sysroot=${sysroot} ${RUNTIME_FLAGS} ${RUNTIME_FLAGS_${target}} ${how}
          -isystem ${WHITTLE_LLVM}/include/c++/v1 -isystem ${sysroot}/include -I${CMAKE_SOURCE_DIR} -I${CMAKE_BINARY_DIR}
          -MD -MF ${object}.d -c ${source} -o ${object}
        DEPENDS ${source} ${sysroot}/.complete generated_headers
        DEPFILE ${object}.d
        COMMENT "${target} ${name}/${file}" VERBATIM COMMAND_EXPAND_LISTS)
      list(APPEND objects ${object})
    endforeach()
    set(archive ${WHITTLE_LIBRARY_DIR}/${target}/lib${name}.a)
    add_custom_command(OUTPUT ${archive}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${WHITTLE_LIBRARY_DIR}/${target}
      COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
      COMMAND ${WHITTLE_LLVM}/bin/llvm-ar rcsD ${archive} ${objects}
      DEPENDS ${objects} COMMENT "${target} lib${name}.a" VERBATIM)
    add_custom_target(archive_${target}_${name} DEPENDS ${archive})
    add_dependencies(runtime_archives archive_${target}_${name})
  endforeach()

  # For this machine: code that only exists in the freestanding build (operator new and its like) is left out.
  set(host_sources ${sources})
  list(FILTER host_sources EXCLUDE REGEX "/freestanding[a-z_]*\\.cc$")
  add_library(host_${name} STATIC ${host_sources})
  target_compile_options(host_${name} PRIVATE -fno-exceptions -fno-rtti -Wno-macro-redefined)
  target_compile_definitions(host_${name} PRIVATE NGHTTP2_STATICLIB)
  target_link_libraries(host_${name} PUBLIC host_third_party)
  add_dependencies(host_${name} generated_headers)
endfunction()

# What is linked from outside the runtime: the C libraries' archives, copied beside ours with the list of what they were built from.
foreach(target ${WHITTLE_TARGETS})
  third_party_dir(sysroot ${target})
  set(copies "")
  list(TRANSFORM WHITTLE_THIRD_PARTY_MADE PREPEND lib/ OUTPUT_VARIABLE files)
  foreach(from ${files} lib/libbuiltins.a sources.txt)
    cmake_path(GET from FILENAME file)
    add_custom_command(OUTPUT ${WHITTLE_LIBRARY_DIR}/${target}/${file}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${WHITTLE_LIBRARY_DIR}/${target}
      COMMAND ${CMAKE_COMMAND} -E copy ${sysroot}/${from} ${WHITTLE_LIBRARY_DIR}/${target}/${file}
      DEPENDS ${sysroot}/.complete VERBATIM)
    list(APPEND copies ${WHITTLE_LIBRARY_DIR}/${target}/${file})
  endforeach()
  add_custom_target(sysroot_${target} DEPENDS ${copies})
  add_dependencies(runtime_archives sysroot_${target})
endforeach()

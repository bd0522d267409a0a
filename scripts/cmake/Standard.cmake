# SPDX-License-Identifier: GPL-2.0-or-later
# Two interface targets that every target of gpupass links: the compiler settings and the warnings.
add_library(gpupass_standard INTERFACE)
target_compile_features(gpupass_standard INTERFACE cxx_std_20)
target_include_directories(gpupass_standard INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(gpupass_standard INTERFACE tl::expected fmt::fmt)
# gpupass waits for the kernel and computes little, and a release builds in a fifth less time with this setting.
# gpupass-bench does not link this, and is fully optimised.
target_compile_options(gpupass_standard INTERFACE $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O1>)

add_library(gpupass_warnings INTERFACE)
target_compile_options(gpupass_warnings INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:\
-Wall;-Wextra;-Wpedantic;-Werror;-Wshadow;-Wconversion;-Wsign-conversion;-Wold-style-cast;\
-Wnon-virtual-dtor;-Woverloaded-virtual;-Wcast-align;-Wformat=2;-Wimplicit-fallthrough;-Wunused>")
# nvcc passes these to the host's compiler; the code that nvcc itself generates is neither pedantic nor free of
# old casts.
target_compile_options(gpupass_warnings INTERFACE
  "$<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings;-Xcompiler=-Wall,-Wextra,-Werror>")
# With -O2 and more, g++ 12 gives this warning for any "text" + string (GCC bug 105651), and, where libraries' headers are
# precompiled, of lengths that no string has and of empty optionals as uninitialised (GCC bug 80635).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(gpupass_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict> $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wno-restrict>
    "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<NOT:$<CONFIG:Debug>>>:-Wno-stringop-overflow;-Wno-array-bounds;-Wno-maybe-uninitialized>")
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

if(GPUPASS_SANITIZE)
  add_compile_options(-fsanitize=${GPUPASS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GPUPASS_SANITIZE})
endif()
if(GPUPASS_TIDY)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet)
endif()

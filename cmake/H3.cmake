# What the project's own targets share.

# Compiler code: LLVM's headers and flags, the MLIR and LLVM dylibs, warnings as
# errors. LLVM's headers count as system headers: their warnings are not ours.
add_library(h3-llvm INTERFACE)
target_include_directories(h3-llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_compile_options(h3-llvm INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -Wall -Wextra -Werror -Wno-unused-parameter>)
separate_arguments(H3_LLVM_DEFINITIONS NATIVE_COMMAND ${LLVM_DEFINITIONS})
target_compile_options(h3-llvm INTERFACE ${H3_LLVM_DEFINITIONS})
target_link_libraries(h3-llvm INTERFACE MLIR LLVM)

# h3_add_library(NAME SOURCE...): a static library of the compiler.
function(h3_add_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC h3-llvm)
  target_include_directories(${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
endfunction()

# h3_add_passes(FOLDER): the declarations of include/h3/FOLDER/Passes.td.
function(h3_add_passes folder)
  set(LLVM_TARGET_DEFINITIONS ${PROJECT_SOURCE_DIR}/include/h3/${folder}/Passes.td)
  set(header ${PROJECT_BINARY_DIR}/include/h3/${folder}/Passes.h.inc)
  file(RELATIVE_PATH output ${CMAKE_CURRENT_BINARY_DIR} ${header})
  mlir_tablegen(${output} -gen-pass-decls -name=H3${folder})
  add_public_tablegen_target(H3${folder}PassesIncGen)
endfunction()

//===- Passes.td - Conversions between dialects -------------*- tablegen -*-===//

#ifndef H3_CONVERSION_PASSES
#define H3_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertH3ToVector : Pass<"h3-convert-to-vector", "::mlir::ModuleOp"> {
  let summary = "lower h3 layers on memrefs to loops over vectors";
  let description = [{
    Each layer becomes an `scf.parallel` over its independent parts (rows,
    panels, blocks of channels) whose body works on vectors of `lanes` floats;
    channels are the lanes, except in `h3.linear`, whose tile is `tileRows` rows by two vectors
    of output features. Sums run in a fixed order that
    depends on shapes alone.
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "8", "floats in a vector register">,
    Option<"tileRows", "tile-rows", "int64_t", "6", "rows of a matrix tile">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"];
}

def ConvertH3ToGpu : Pass<"h3-convert-to-gpu", "::mlir::ModuleOp"> {
  let summary = "lower h3 layers on memrefs to GPU kernels and their launches";
  let description = [{
    Each layer becomes a `gpu.launch_func` of a kernel in the module `kernels`, whose
    arguments are the layer's operands: buffers in the memory of the device. Lanes
    of a warp are neighbouring channels, or inputs of a sum. The number of blocks
    follows from the shapes, on the host.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ConvertLaunchesToRuntime
    : Pass<"h3-convert-launches-to-runtime", "::mlir::ModuleOp"> {
  let summary = "lower launches of kernels to calls of the runtime";
  let description = [{
    After `h3-distribute-threads`. A `gpu.launch_func` becomes a call of `h3rt_launch` with
    the team, the number of the kernel, the grid, the block and the arguments as
    64-bit words. The kernels leave the module; their names, in the order of
    their numbers, are recorded on it as `h3.kernels`. An `h3.linear` of a library
    becomes a call of `h3rt_linear`; the work area that the library needs is
    recorded as `h3.library_bytes`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"];
}

def ApproximateMath : Pass<"h3-approximate-math", "::mlir::ModuleOp"> {
  let summary = "replace exp and tanh on f32 by polynomials";
  let description = [{
    The approximations of MLIR's math dialect, which vectorise. Results differ from
    the correctly rounded ones by at most a few units in the last place.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::vector::VectorDialect"];
}

#endif // H3_CONVERSION_PASSES

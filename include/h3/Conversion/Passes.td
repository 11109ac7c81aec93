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
    depends on shapes alone. `dots` names the types of which the target, an x86
    CPU, has dot products on whole vectors: `i16` (pmaddwd), `i8` (vpdpbusd) and
    `bf16` (vdpbf16ps). Without them products are widened first.
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "8", "floats in a vector register">,
    Option<"tileRows", "tile-rows", "int64_t", "6", "rows of a matrix tile">,
    ListOption<"dots", "dots", "std::string", "i16, i8, bf16; empty: none">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ConvertH3ToGpu : Pass<"h3-convert-to-gpu", "::mlir::ModuleOp"> {
  let summary = "lower h3 layers on memrefs to GPU kernels and their launches";
  let description = [{
    Each layer becomes a `gpu.launch_func` of a kernel in the module `kernels`, whose
    arguments are the layer's operands: buffers in the memory of the device. Lanes
    of a warp are neighbouring channels, or inputs of a sum. The number of blocks
    follows from the shapes, on the host.

    An `h3.long_conv` in the form `fft`, whose kernel must be one in time, cuts its
    sequences into blocks and goes through transforms of the runtime, all blocks at once:
    a kernel that copies gated rows with what comes before them (and, with a
    `reversed` kernel, after them) to windows, a call of `h3rt_rfft`, a kernel for the
    product with the spectrum of the convolution's kernel, a call of `h3rt_irfft`, and a
    kernel for what is left. The windows are `gpu.alloc`ed. So is each `memref.alloc` of
    the host, for as long as its block runs.
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
    their numbers, are recorded on it as `h3.kernels`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"];
}

def ConvertDeviceCallsToRuntime
    : Pass<"h3-convert-device-calls-to-runtime", "::mlir::ModuleOp"> {
  let summary = "lower device memory and library calls to calls of the runtime";
  let description = [{
    After `h3-distribute-threads`. `gpu.alloc` and `gpu.dealloc` become calls of `h3rt_alloc`
    and `h3rt_free`. An `h3.linear` of a library becomes a call of `h3rt_linear`; the work
    area that the library needs is recorded as `h3.library_bytes`. The transforms that `h3-convert-to-gpu` leaves as calls on memrefs,

        func.func private @h3rt_rfft(memref<?x?x?xf32>, memref<?x?x?x2xf32>, index)
        func.func private @h3rt_irfft(memref<?x?x?x2xf32>, memref<?x?x?xf32>, index)

    along the first dimension, of as many entries of the second as the last operand
    says and all of the third, become calls with the team, the length, the number
    of columns, the distance from a value of a column to the next, and the two
    buffers.
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

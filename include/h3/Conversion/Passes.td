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

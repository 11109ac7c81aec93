// RUN: split-file %s %t
// RUN: not h3-opt %t/fold.mlir --h3-verify-phase=phase=tensor 2>&1 | FileCheck %s --check-prefix=FOLD
// RUN: not h3-opt %t/layout.mlir --h3-verify-phase=phase=tensor 2>&1 | FileCheck %s --check-prefix=LAYOUT
// RUN: not h3-opt %t/layout.mlir --h3-verify-phase=phase=buffer 2>&1 | FileCheck %s --check-prefix=TENSOR
// RUN: not h3-opt %t/alloc.mlir --h3-verify-phase=phase=buffer 2>&1 | FileCheck %s --check-prefix=ALLOC
// RUN: not h3-opt %t/layer.mlir --h3-verify-phase=phase=vector 2>&1 | FileCheck %s --check-prefix=LAYER
// RUN: not h3-opt %t/parallel.mlir --h3-verify-phase=phase=vector 2>&1 | FileCheck %s --check-prefix=PARALLEL
// RUN: not h3-opt %t/parallel.mlir --h3-verify-phase=phase=llvm 2>&1 | FileCheck %s --check-prefix=LLVM
// RUN: not h3-opt %t/layer.mlir --h3-verify-phase=phase=mlir 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not h3-opt %t/unknown.mlir --allow-unregistered-dialect --h3-verify-phase=phase=vector --h3-verify-phase=phase=llvm 2>&1 | FileCheck %s --check-prefix=FOREIGN
// RUN: h3-opt %t/good.mlir --h3-verify-phase=phase=tensor --h3-verify-phase=phase=buffer --h3-verify-phase=phase=vector --h3-verify-phase=phase=llvm | FileCheck %s --check-prefix=GOOD

// FOLD: error: 'h3.pack_panels' is left after the tensor phase; h3-fold-parameters should have taken it
// LAYOUT: error: 'h3.parameter' is left after the tensor phase; h3-layout-parameters should have taken it
// TENSOR: error: 'h3.get_parameter' is left after the buffer phase; one-shot-bufferize should have taken it
// ALLOC: error: 'memref.alloc' is left after the buffer phase; h3-bind-buffers should have taken it
// LAYER: error: 'h3.gather_rows' is left after the vector phase; h3-convert-to-vector should have taken it
// PARALLEL: error: 'scf.parallel' is left after the vector phase; h3-distribute-threads should have taken it
// LLVM: is left after the llvm phase; a conversion to LLVM should have taken it
// UNKNOWN: error: h3-verify-phase: expected the phase tensor, buffer, vector, gpu, nvvm or llvm, found 'mlir'
// FOREIGN: error: 'some.op' is left after the llvm phase; a conversion to LLVM should have taken it
// GOOD: h3.parameter @w
// GOOD: h3.parameter @p
// GOOD: h3.pack_panels
// GOOD: llvm.func @step

//--- fold.mlir
func.func @f(%w: tensor<32x4xf32>) -> tensor<2x4x16xf32> {
  %p = h3.pack_panels %w : tensor<32x4xf32> -> tensor<2x4x16xf32>
  return %p : tensor<2x4x16xf32>
}

//--- layout.mlir
h3.parameter @w : tensor<4xf32> from ["w"]
func.func @f() {
  %w = h3.get_parameter @w : tensor<4xf32>
  return
}

//--- alloc.mlir
func.func @f() {
  %a = memref.alloc() : memref<4xf32>
  return
}

//--- layer.mlir
func.func @f(%rows: memref<?xi32>, %x: memref<?x4xf32>, %y: memref<?x4xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x4xf32>) outs(%y : memref<?x4xf32>)
  return
}

//--- parallel.mlir
func.func @f(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
  }
  return
}

//--- unknown.mlir
"some.op"() : () -> ()

//--- good.mlir
h3.parameter @w : tensor<4xf32> from ["w"] at 0
h3.parameter @p : tensor<2x4x16xf32> from ["p"] at 64 {
^bb0(%p: tensor<32x4xf32>):
  %0 = h3.pack_panels %p : tensor<32x4xf32> -> tensor<2x4x16xf32>
  h3.yield %0 : tensor<2x4x16xf32>
}
llvm.func @step(%p: !llvm.ptr) {
  llvm.return
}

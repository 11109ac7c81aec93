// RUN: h3-opt %s --h3-specialize-rows -split-input-file | FileCheck %s

// A dense layer on more than eight rows is the library's, with its epilogue.
// CHECK-LABEL: @linear
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %{{.*}} : memref<?x64xf32>
// CHECK: %[[EIGHT:.*]] = arith.constant 8 : index
// CHECK: %[[FEW:.*]] = arith.cmpi ule, %[[ROWS]], %[[EIGHT]] : index
// CHECK: scf.if %[[FEW]] {
// CHECK-NEXT: h3.linear {accumulate} ins(%arg0, %arg1 : {{.*}}) bias(%arg2 : memref<96xf32>) outs(%arg3 : memref<?x96xf32>)
// CHECK-NEXT: } else {
// CHECK-NEXT: h3.linear {accumulate, library} ins(%arg0, %arg1 : {{.*}}) bias(%arg2 : memref<96xf32>) outs(%arg3 : memref<?x96xf32>)
// CHECK-NEXT: }
// CHECK-NEXT: return
func.func @linear(%x: memref<?x64xf32>, %w: memref<96x64xf32>, %b: memref<96xf32>, %y: memref<?x96xf32>) {
  h3.linear {accumulate} ins(%x, %w : memref<?x64xf32>, memref<96x64xf32>) bias(%b : memref<96xf32>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// Its input is rounded to the type of a weight in halves, behind the norm.
// CHECK-LABEL: @halves
// CHECK: %[[NORM:.*]] = memref.alloc(%{{.*}}) : memref<?x64xf32>
// CHECK: %[[H:.*]] = memref.alloc(%{{.*}}) : memref<?x64xbf16>
// CHECK: scf.if
// CHECK-NEXT: h3.linear {epsilon = 5.000000e-01 : f32, gelu} ins(%arg0, %arg1 : memref<?x64xf32>, memref<96x64xbf16>) norm(%arg2, %arg2 :
// CHECK-NEXT: } else {
// CHECK-NEXT: h3.layer_norm {{.*}} outs(%[[NORM]] :
// CHECK-NEXT: h3.round_rows ins(%[[NORM]] : memref<?x64xf32>) outs(%[[H]] : memref<?x64xbf16>)
// CHECK-NEXT: h3.linear {gelu, library} ins(%[[H]], %arg1 : memref<?x64xbf16>, memref<96x64xbf16>) outs(%arg3 : memref<?x96xf32>)
// CHECK-NEXT: }
// CHECK-NOT: scf.if
// CHECK: return
func.func @halves(%x: memref<?x64xf32>, %w: memref<96x64xbf16>, %g: memref<64xf32>, %y: memref<?x96xf32>, %t: index) {
  %n = memref.alloc(%t) : memref<?x64xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x64xf32>, memref<64xf32>, memref<64xf32>) outs(%n : memref<?x64xf32>)
  h3.linear {gelu} ins(%n, %w : memref<?x64xf32>, memref<96x64xbf16>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// A quantised weight is widened for it; two values of four bits are in a byte.
// CHECK-LABEL: @quantized
// CHECK: %[[H:.*]] = memref.alloc(%{{.*}}) : memref<?x64xf16>
// CHECK: %[[W:.*]] = memref.alloc() : memref<96x64xf16>
// CHECK: scf.if
// CHECK-NEXT: h3.linear ins(%arg0, %arg1 : memref<?x64xf32>, memref<96x32xi8>) scales(%arg2 : memref<96x2xf16>)
// CHECK-NEXT: } else {
// CHECK-NEXT: h3.round_rows ins(%arg0 : memref<?x64xf32>) outs(%[[H]] : memref<?x64xf16>)
// CHECK-NEXT: h3.dequantize ins(%arg1, %arg2 : memref<96x32xi8>, memref<96x2xf16>) outs(%[[W]] : memref<96x64xf16>)
// CHECK-NEXT: h3.linear {library} ins(%[[H]], %[[W]] : memref<?x64xf16>, memref<96x64xf16>) outs(%arg3 : memref<?x96xf32>)
func.func @quantized(%x: memref<?x64xf32>, %w: memref<96x32xi8>, %s: memref<96x2xf16>, %y: memref<?x96xf32>) {
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<96x32xi8>) scales(%s : memref<96x2xf16>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// The library adds before it activates, and reads neither panels nor rows with
// gaps; what is its already stays; layers on tensors come later.
// CHECK-LABEL: @kernels
// CHECK-NOT: scf.if
// CHECK: return
func.func @kernels(%x: memref<?x64xf32>, %w: memref<96x64xf32>, %g: memref<?x64xf32, strided<[128, 1]>>, %p: memref<6x64x16xf32>, %y: memref<?x96xf32>, %t: tensor<?x64xf32>, %v: tensor<96x64xf32>, %init: tensor<?x96xf32>) -> tensor<?x96xf32> {
  h3.linear {accumulate, gelu} ins(%x, %w : memref<?x64xf32>, memref<96x64xf32>) outs(%y : memref<?x96xf32>)
  h3.linear ins(%x, %p : memref<?x64xf32>, memref<6x64x16xf32>) outs(%y : memref<?x96xf32>)
  h3.linear ins(%g, %w : memref<?x64xf32, strided<[128, 1]>>, memref<96x64xf32>) outs(%y : memref<?x96xf32>)
  h3.linear {library} ins(%x, %w : memref<?x64xf32>, memref<96x64xf32>) outs(%y : memref<?x96xf32>)
  %0 = h3.linear ins(%t, %v : tensor<?x64xf32>, tensor<96x64xf32>) outs(%init : tensor<?x96xf32>) -> tensor<?x96xf32>
  return %0 : tensor<?x96xf32>
}

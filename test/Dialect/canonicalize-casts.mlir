// RUN: h3-opt %s --canonicalize -split-input-file | FileCheck %s

// Casts that only forget sizes are absorbed: the op works on what was cast, and its
// result is cast where others need the dynamic type. So sizes go from op to op.
// CHECK-LABEL: @chain
// CHECK-NEXT: %[[C:.*]] = h3.long_conv form<direct> ins(%arg0, %arg1 : tensor<16x8xf32>, tensor<5x8xf32>) post(%arg0 : tensor<16x8xf32>) batch(%arg2 : tensor<3xi32>) outs(%arg3 : tensor<16x8xf32>) -> tensor<16x8xf32>{{$}}
// CHECK-NEXT: %[[L:.*]] = h3.linear {gelu} ins(%[[C]], %arg4 : tensor<16x8xf32>, tensor<32x8xf32>) outs(%arg5 : tensor<16x32xf32>) -> tensor<16x32xf32>{{$}}
// CHECK-NEXT: %[[Y:.*]] = tensor.cast %[[L]] : tensor<16x32xf32> to tensor<?x32xf32>
// CHECK-NEXT: return %[[Y]]
func.func @chain(%u: tensor<16x8xf32>, %k: tensor<5x8xf32>, %starts: tensor<3xi32>, %init: tensor<16x8xf32>,
                 %w: tensor<32x8xf32>, %wide: tensor<16x32xf32>) -> tensor<?x32xf32> {
  %u0 = tensor.cast %u : tensor<16x8xf32> to tensor<?x8xf32>
  %s0 = tensor.cast %starts : tensor<3xi32> to tensor<?xi32>
  %i0 = tensor.cast %init : tensor<16x8xf32> to tensor<?x8xf32>
  %w0 = tensor.cast %wide : tensor<16x32xf32> to tensor<?x32xf32>
  %0 = h3.long_conv form<direct> ins(%u0, %k : tensor<?x8xf32>, tensor<5x8xf32>) post(%u0 : tensor<?x8xf32>)
    batch(%s0 : tensor<?xi32>) outs(%i0 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear {gelu} ins(%0, %w : tensor<?x8xf32>, tensor<32x8xf32>) outs(%w0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %1 : tensor<?x32xf32>
}

// -----

// An op with several results casts those of which the type changes.
// CHECK-LABEL: @states
// CHECK-NEXT: %[[R:.*]]:2 = h3.diag_ssm form<chunked> ins(%arg0, %arg1, %arg2 : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>) batch(%arg3, %arg4, %arg4 : tensor<?xi32>, tensor<5xi32>, tensor<5xi32>) outs(%arg0, %arg5 : tensor<?x8xf32>, tensor<9x2x2x8xf32>) -> tensor<?x8xf32>, tensor<9x2x2x8xf32>{{$}}
// CHECK-NEXT: %[[X:.*]] = tensor.cast %[[R]]#1 : tensor<9x2x2x8xf32> to tensor<?x2x2x8xf32>
// CHECK-NEXT: return %[[R]]#0, %[[X]]
func.func @states(%u: tensor<?x8xf32>, %modes: tensor<4x2x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                  %five: tensor<5xi32>, %state: tensor<9x2x2x8xf32>) -> (tensor<?x8xf32>, tensor<?x2x2x8xf32>) {
  %f = tensor.cast %five : tensor<5xi32> to tensor<?xi32>
  %s = tensor.cast %state : tensor<9x2x2x8xf32> to tensor<?x2x2x8xf32>
  %0:2 = h3.diag_ssm form<chunked> ins(%u, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %f, %f : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %s : tensor<?x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x2x2x8xf32>
  return %0#0, %0#1 : tensor<?x8xf32>, tensor<?x2x2x8xf32>
}

// -----

// What is cast before stays valid where only some of the operands were: a dynamic
// size agrees with every static one.
// CHECK-LABEL: @partly
// CHECK-NEXT: %[[A:.*]] = h3.head_expand {head_dim = 2 : i64} ins(%arg0, %arg1 : tensor<16x8xf32>, tensor<?x8xf32>) outs(%arg2 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: %[[B:.*]] = h3.layer_norm {epsilon = 9.99999974E-6 : f32} ins(%arg1, %arg3, %arg3 : tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) outs(%arg0 : tensor<16x8xf32>) -> tensor<16x8xf32>{{$}}
// CHECK-NEXT: %[[C:.*]] = tensor.cast %[[B]] : tensor<16x8xf32> to tensor<?x8xf32>
// CHECK-NEXT: return %[[A]], %[[C]]
func.func @partly(%u: tensor<16x8xf32>, %v: tensor<?x8xf32>, %wide: tensor<?x16xf32>, %w: tensor<8xf32>)
    -> (tensor<?x16xf32>, tensor<?x8xf32>) {
  %u0 = tensor.cast %u : tensor<16x8xf32> to tensor<?x8xf32>
  %0 = h3.head_expand {head_dim = 2 : i64} ins(%u0, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    outs(%wide : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%v, %w, %w : tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>)
    outs(%u0 : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x16xf32>, tensor<?x8xf32>
}

// -----

// The cache of attention is one tensor of fixed size from op to op.
// CHECK-LABEL: @attention
// CHECK-NEXT: %[[K:.*]] = h3.cache_keys {heads = 4 : i64} ins(%arg0, %arg1 : tensor<5x192xf32>, tensor<5xi32>) batch(%arg2, %arg3, %arg3 : tensor<4xi32>, tensor<3xi32>, tensor<3xi32>) outs(%arg4 : tensor<3x2x128x64xf32>) -> tensor<3x2x128x64xf32>{{$}}
// CHECK-NEXT: %[[C:.*]] = tensor.cast %[[K]] : tensor<3x2x128x64xf32> to tensor<?x2x128x64xf32>
// CHECK-NEXT: %[[Y:.*]] = h3.attention {heads = 4 : i64} ins(%arg0, %[[K]], %arg1 : tensor<5x192xf32>, tensor<3x2x128x64xf32>, tensor<5xi32>) batch(%arg2, %arg3, %arg3 : tensor<4xi32>, tensor<3xi32>, tensor<3xi32>) outs(%arg5 : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
// CHECK-NEXT: return %[[Y]], %[[C]]
func.func @attention(%qkv: tensor<5x192xf32>, %sequences: tensor<5xi32>, %starts: tensor<4xi32>, %three: tensor<3xi32>,
                     %cache: tensor<3x2x128x64xf32>, %init: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x2x128x64xf32>) {
  %q = tensor.cast %qkv : tensor<5x192xf32> to tensor<?x192xf32>
  %s = tensor.cast %sequences : tensor<5xi32> to tensor<?xi32>
  %b = tensor.cast %starts : tensor<4xi32> to tensor<?xi32>
  %t = tensor.cast %three : tensor<3xi32> to tensor<?xi32>
  %c = tensor.cast %cache : tensor<3x2x128x64xf32> to tensor<?x2x128x64xf32>
  %0 = h3.cache_keys {heads = 4 : i64} ins(%q, %s : tensor<?x192xf32>, tensor<?xi32>)
    batch(%b, %t, %t : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%c : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  %1 = h3.attention {heads = 4 : i64} ins(%q, %0, %s : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
    batch(%b, %t, %t : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %1, %0 : tensor<?x64xf32>, tensor<?x2x128x64xf32>
}

// -----

// A cast that claims a size is a check that somebody wants: it stays.
// CHECK-LABEL: @claims
// CHECK-NEXT: %[[U:.*]] = tensor.cast %arg0 : tensor<?x8xf32> to tensor<16x8xf32>
// CHECK-NEXT: %[[Y:.*]] = h3.long_conv form<fft> ins(%[[U]], %arg1 : tensor<16x8xf32>, tensor<16x8xf32>) reversed(%arg1 : tensor<16x8xf32>) batch(%arg2 : tensor<?xi32>) outs(%[[U]] : tensor<16x8xf32>) -> tensor<16x8xf32>{{$}}
// CHECK-NEXT: return %[[Y]]
func.func @claims(%u: tensor<?x8xf32>, %k: tensor<16x8xf32>, %starts: tensor<?xi32>) -> tensor<16x8xf32> {
  %u0 = tensor.cast %u : tensor<?x8xf32> to tensor<16x8xf32>
  %0 = h3.long_conv form<fft> ins(%u0, %k : tensor<16x8xf32>, tensor<16x8xf32>) reversed(%k : tensor<16x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u0 : tensor<16x8xf32>) -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}

// -----

// Casts of memrefs stay.
// CHECK-LABEL: @memrefs
// CHECK-NEXT: %[[U:.*]] = memref.cast %arg0 : memref<16x8xf32> to memref<?x8xf32>
// CHECK-NEXT: h3.long_conv ins(%[[U]], %arg1 : memref<?x8xf32>, memref<5x8xf32>) batch(%arg2 : memref<?xi32>) outs(%arg3 : memref<?x8xf32>)
// CHECK-NEXT: return
func.func @memrefs(%u: memref<16x8xf32>, %k: memref<5x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  %u0 = memref.cast %u : memref<16x8xf32> to memref<?x8xf32>
  h3.long_conv ins(%u0, %k : memref<?x8xf32>, memref<5x8xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

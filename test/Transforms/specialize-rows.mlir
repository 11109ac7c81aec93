// RUN: h3-opt %s --h3-specialize-rows -split-input-file | FileCheck %s
// RUN: h3-opt %s "--h3-specialize-rows=few=2 window=16 max-tokens=100" -split-input-file | FileCheck %s --check-prefix=TWO

// Up to 8 rows are normalised as they are read, with all that the layer has; more
// are normalised once, before it.
// CHECK-LABEL: @norm(
// CHECK: %[[A:.*]] = memref.alloc(%{{.*}}) : memref<?x16xf32>
// CHECK-NOT: h3.
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %{{.*}} : memref<?x16xf32>
// CHECK: %[[MOST:.*]] = arith.constant 8 : index
// CHECK: %[[FEW:.*]] = arith.cmpi ule, %[[ROWS]], %[[MOST]] : index
// CHECK: scf.if %[[FEW]] {
// CHECK-NEXT: h3.linear {accumulate, epsilon = 5.000000e-01 : f32} ins(%arg0, %arg3 : memref<?x16xf32>, memref<8x16xi8>) scales(%arg4 : memref<8xf32>) norm(%arg1, %arg2 : memref<16xf32>, memref<16xf32>) bias(%arg5 : memref<8xf32>) outs(%arg6 : memref<?x8xf32>)
// CHECK-NEXT: } else {
// CHECK: h3.layer_norm {epsilon = 5.000000e-01 : f32} ins(%arg0, %arg1, %arg2 : {{.*}}) outs(%[[A]] :
// CHECK: h3.linear {{.*}}bias(%arg5 : memref<8xf32>) outs(%arg6 : memref<?x8xf32>)
// CHECK: }
// CHECK-NOT: h3.
// CHECK: return
// TWO-LABEL: @norm(
// TWO: %[[MOST:.*]] = arith.constant 2 : index
// TWO: arith.cmpi ule, %{{.*}}, %[[MOST]] : index
func.func @norm(%x: memref<?x16xf32>, %g: memref<16xf32>, %h: memref<16xf32>, %w: memref<8x16xi8>, %s: memref<8xf32>, %b: memref<8xf32>, %y: memref<?x8xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %h : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  %other = memref.alloc(%n) : memref<?x16xf32>
  h3.linear {accumulate} ins(%a, %w : memref<?x16xf32>, memref<8x16xi8>) scales(%s : memref<8xf32>) bias(%b : memref<8xf32>) outs(%y : memref<?x8xf32>)
  memref.dealloc %a : memref<?x16xf32>
  return
}

// -----

// Left alone: a norm that two layers read.
// CHECK-LABEL: @two_readers(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @two_readers(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A layer without one.
// CHECK-LABEL: @no_norm(
// CHECK-NOT: norm(
// CHECK: h3.linear
// CHECK-NOT: norm(
func.func @no_norm(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  memref.copy %x, %a : memref<?x16xf32> to memref<?x16xf32>
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A buffer that others see.
// CHECK-LABEL: @outside(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @outside(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %n: index, %a: memref<?x16xf32>) {
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Something that is written between the two: it may be what the norm reads.
// CHECK-LABEL: @written_between(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @written_between(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %n: index, %z: memref<?x16xf32>) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  memref.copy %z, %x : memref<?x16xf32> to memref<?x16xf32>
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// An output that the norm reads: blocks would write what others still read.
// CHECK-LABEL: @residual(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @residual(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<16x16xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  h3.linear {accumulate} ins(%a, %w : memref<?x16xf32>, memref<16x16xf32>) outs(%x : memref<?x16xf32>)
  return
}

// -----

// The same through a slice.
// CHECK-LABEL: @residual_slice(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @residual_slice(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  %part = memref.subview %x[0, 8] [%n, 8] [1, 1] : memref<?x16xf32> to memref<?x8xf32, strided<[16, 1], offset: 8>>
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%part : memref<?x8xf32, strided<[16, 1], offset: 8>>)
  return
}

// -----

// A norm of a norm's own output.
// CHECK-LABEL: @twice(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @twice(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%a, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A norm that comes behind the layer.
// CHECK-LABEL: @behind(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @behind(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  return
}

// -----

// A layer whose weight, not whose input, is normalised.
// CHECK-LABEL: @as_weight(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @as_weight(%x: memref<8x16xf32>, %g: memref<16xf32>, %u: memref<?x16xf32>, %y: memref<?x8xf32>) {
  %a = memref.alloc() : memref<8x16xf32>
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<8x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<8x16xf32>)
  h3.linear ins(%u, %a : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A norm in another block.
// CHECK-LABEL: @other_block(
// CHECK-NOT: norm(
// CHECK: h3.layer_norm
// CHECK-NOT: norm(
func.func @other_block(%x: memref<?x16xf32>, %g: memref<16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %n: index, %few: i1) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  scf.if %few {
    h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %g, %g : memref<?x16xf32>, memref<16xf32>, memref<16xf32>) outs(%a : memref<?x16xf32>)
  }
  h3.linear ins(%a, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Sequences with two windows of 64 rows and more on average go through windows;
// max-tokens of 512 rows have 8. Windows of 16 rows are 7 for 100.
// CHECK-LABEL: @mixer(
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %{{.*}} : memref<?x8xf32>
// CHECK: %[[BOUNDS:.*]] = memref.dim %arg4, %{{.*}} : memref<?xi32>
// CHECK: %[[ONE:.*]] = arith.constant 1 : index
// CHECK: %[[SEQUENCES:.*]] = arith.subi %[[BOUNDS]], %[[ONE]] : index
// CHECK: %[[WINDOWS:.*]] = arith.constant 128 : index
// CHECK: %[[LEAST:.*]] = arith.muli %[[SEQUENCES]], %[[WINDOWS]] : index
// CHECK: %[[LONG:.*]] = arith.cmpi uge, %[[ROWS]], %[[LEAST]] : index
// CHECK: %[[GATED:.*]] = memref.alloc(%[[ROWS]]) : memref<?x8xf32>
// CHECK: %[[STATES:.*]] = memref.alloc() : memref<8x2x6x2x8xf32>
// CHECK: scf.if %[[LONG]] {
// CHECK-NEXT: h3.mixer_scan {window = 64 : i64} ins(%arg0, %arg0 : {{.*}}) shift(%arg1, %arg2, %arg8 : {{.*}}) diag(%arg3, %arg9 : {{.*}}) batch(%arg4, %arg5, %arg6 : {{.*}}) outs(%[[GATED]], %[[STATES]] :
// CHECK-NEXT: h3.mixer_output {window = 64 : i64} ins(%arg0, %arg0, %[[GATED]], %[[STATES]] : {{.*}}) diag(%arg3, %arg2 : {{.*}}) batch(%arg4, %arg5, %arg6 : {{.*}}) outs(%arg7, %arg8, %arg9 :
// CHECK-NEXT: } else {
// CHECK-NEXT: h3.mixer form<recurrence> ins(%arg0, %arg0, %arg0 :
// CHECK-NEXT: }
// CHECK-NEXT: return
// TWO-LABEL: @mixer(
// TWO: arith.constant 32 : index
// TWO: memref.alloc() : memref<7x2x6x2x8xf32>
// TWO: h3.mixer_scan {window = 16 : i64}
// TWO: h3.mixer_output {window = 16 : i64}
func.func @mixer(%q: memref<?x8xf32>, %taps: memref<4x8xf32>, %c: memref<8xf32>, %modes: memref<4x6x8xf32>, %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x8xf32>, %s: memref<?x4x8xf32>, %x: memref<?x6x2x8xf32>) {
  h3.mixer form<recurrence> ins(%q, %q, %q : memref<?x8xf32>, memref<?x8xf32>, memref<?x8xf32>) shift(%taps, %c : memref<4x8xf32>, memref<8xf32>)
    diag(%modes, %c : memref<4x6x8xf32>, memref<8xf32>) batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %s, %x : memref<?x8xf32>, memref<?x4x8xf32>, memref<?x6x2x8xf32>)
  return
}

// -----

// Mixers without states, and those on tensors, stay.
// CHECK-LABEL: @stateless(
// CHECK-NEXT: h3.mixer
// CHECK-NEXT: return
func.func @stateless(%q: memref<?x8xf32>, %taps: memref<4x8xf32>, %c: memref<8xf32>, %modes: memref<4x6x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.mixer form<recurrence> ins(%q, %q, %q : memref<?x8xf32>, memref<?x8xf32>, memref<?x8xf32>) shift(%taps, %c : memref<4x8xf32>, memref<8xf32>)
    diag(%modes, %c : memref<4x6x8xf32>, memref<8xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

// CHECK-LABEL: @tensors(
// CHECK-NEXT: h3.mixer
// CHECK-NEXT: return
func.func @tensors(%q: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %c: tensor<8xf32>, %modes: tensor<4x6x8xf32>, %starts: tensor<?xi32>, %i: tensor<?xi32>, %s: tensor<?x4x8xf32>, %x: tensor<?x6x2x8xf32>) -> tensor<?x8xf32> {
  %0:3 = h3.mixer ins(%q, %q, %q : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) shift(%taps, %c : tensor<4x8xf32>, tensor<8xf32>)
    diag(%modes, %c : tensor<4x6x8xf32>, tensor<8xf32>) batch(%starts, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %s, %x : tensor<?x8xf32>, tensor<?x4x8xf32>, tensor<?x6x2x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>, tensor<?x6x2x8xf32>
  return %0#0 : tensor<?x8xf32>
}

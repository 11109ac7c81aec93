// RUN: h3-opt %s | h3-opt | FileCheck %s
// RUN: h3-opt %s --mlir-print-op-generic | h3-opt | FileCheck %s
// Weights of every type, the functions that lead to them and the mixer over
// windows survive printing and parsing: on tensors, on memrefs, with their
// optional operands and without, with dynamic sizes.

// CHECK-LABEL: @functions
func.func @functions(%a: tensor<8x64xf32>, %b: tensor<16x64xf32>, %c: tensor<8xf32>) {
  // CHECK: h3.concat_rows %arg0, %arg1 : tensor<8x64xf32>, tensor<16x64xf32> -> tensor<24x64xf32>
  %w = h3.concat_rows %a, %b : tensor<8x64xf32>, tensor<16x64xf32> -> tensor<24x64xf32>
  // CHECK: h3.concat_rows %arg0 : tensor<8x64xf32> -> tensor<8x64xf32>
  %one = h3.concat_rows %a : tensor<8x64xf32> -> tensor<8x64xf32>
  // CHECK: h3.concat_rows %arg2, %arg2, %arg2 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32> -> tensor<24xf32>
  %bias = h3.concat_rows %c, %c, %c : tensor<8xf32>, tensor<8xf32>, tensor<8xf32> -> tensor<24xf32>
  // CHECK: h3.round_weight %{{.*}} : tensor<24x64xf32> -> tensor<24x64xbf16>
  %h = h3.round_weight %w : tensor<24x64xf32> -> tensor<24x64xbf16>
  // CHECK: h3.round_weight %{{.*}} : tensor<24x64xf32> -> tensor<24x64xf16>
  %f = h3.round_weight %w : tensor<24x64xf32> -> tensor<24x64xf16>
  // CHECK: %[[S:.*]] = h3.quantize_scales %{{.*}} : tensor<24x64xf32> -> tensor<24xf32>
  %s = h3.quantize_scales %w : tensor<24x64xf32> -> tensor<24xf32>
  // CHECK: %[[T:.*]] = h3.quantize_scales %{{.*}} : tensor<24x64xf32> -> tensor<24x2xf16>
  %t = h3.quantize_scales %w : tensor<24x64xf32> -> tensor<24x2xf16>
  // CHECK: h3.quantize %{{.*}}, %[[S]] : tensor<24x64xf32>, tensor<24xf32> -> tensor<24x64xi8>
  %q = h3.quantize %w, %s : tensor<24x64xf32>, tensor<24xf32> -> tensor<24x64xi8>
  // CHECK: h3.quantize %{{.*}}, %[[T]] : tensor<24x64xf32>, tensor<24x2xf16> -> tensor<24x32xi8>
  %p = h3.quantize %w, %t : tensor<24x64xf32>, tensor<24x2xf16> -> tensor<24x32xi8>
  return
}

// CHECK-LABEL: @layers_on_tensors
func.func @layers_on_tensors(%ids: tensor<?xi32>, %x: tensor<?x64xf32>, %y: tensor<?x100xf32>, %w: tensor<100x64xf32>, %h: tensor<100x64xbf16>, %f: tensor<100x64xf16>, %q: tensor<100x64xi8>, %s: tensor<100xf32>, %p: tensor<100x32xi8>, %t: tensor<100x2xf16>, %g: tensor<64xf32>, %b: tensor<100xf32>, %dq: tensor<?x?xi8>, %dw: tensor<100x?xi8>, %ds: tensor<?xf32>, %dt: tensor<?x?xf16>) {
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<100x64xbf16>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %1 = h3.embedding ins(%ids, %h : tensor<?xi32>, tensor<100x64xbf16>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<100x64xf16>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %2 = h3.embedding ins(%ids, %f : tensor<?xi32>, tensor<100x64xf16>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<100x64xi8>) scales(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %3 = h3.embedding ins(%ids, %q : tensor<?xi32>, tensor<100x64xi8>) scales(%s : tensor<100xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<100x32xi8>) scales(%{{.*}} : tensor<100x2xf16>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %4 = h3.embedding ins(%ids, %p : tensor<?xi32>, tensor<100x32xi8>) scales(%t : tensor<100x2xf16>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<100x64xbf16>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %5 = h3.linear ins(%x, %h : tensor<?x64xf32>, tensor<100x64xbf16>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<100x64xf16>) bias(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %6 = h3.linear ins(%x, %f : tensor<?x64xf32>, tensor<100x64xf16>) bias(%b : tensor<100xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<100x64xi8>) scales(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %7 = h3.linear ins(%x, %q : tensor<?x64xf32>, tensor<100x64xi8>) scales(%s : tensor<100xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear {accumulate} ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<100x32xi8>) scales(%{{.*}} : tensor<100x2xf16>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %8 = h3.linear {accumulate} ins(%x, %p : tensor<?x64xf32>, tensor<100x32xi8>) scales(%t : tensor<100x2xf16>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear {epsilon = 5.000000e-01 : f32} ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<100x64xf32>) norm(%{{.*}}, %{{.*}} : tensor<64xf32>, tensor<64xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %9 = h3.linear {epsilon = 5.000000e-01 : f32} ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) norm(%g, %g : tensor<64xf32>, tensor<64xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear {epsilon = 5.000000e-01 : f32, gelu} ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<100x32xi8>) scales(%{{.*}} : tensor<100x2xf16>) norm(%{{.*}}, %{{.*}} : tensor<64xf32>, tensor<64xf32>) bias(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %10 = h3.linear {epsilon = 5.000000e-01 : f32, gelu} ins(%x, %p : tensor<?x64xf32>, tensor<100x32xi8>) scales(%t : tensor<100x2xf16>) norm(%g, %g : tensor<64xf32>, tensor<64xf32>) bias(%b : tensor<100xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear ins({{.*}} : tensor<?x64xf32>, tensor<100x?xi8>) scales(%{{.*}} : tensor<?xf32>) outs
  %11 = h3.linear ins(%x, %dw : tensor<?x64xf32>, tensor<100x?xi8>) scales(%ds : tensor<?xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<?x?xi8>) scales(%{{.*}} : tensor<?x?xf16>) outs
  %12 = h3.embedding ins(%ids, %dq : tensor<?xi32>, tensor<?x?xi8>) scales(%dt : tensor<?x?xf16>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: @windows_on_tensors
func.func @windows_on_tensors(%k: tensor<?x8xf32>, %k2: tensor<300x8xf32>, %taps: tensor<64x8xf32>, %c: tensor<8xf32>, %s: tensor<?x64x8xf32>, %s2: tensor<4x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %x2: tensor<4x32x2x8xf32>, %w: tensor<8x2x32x2x8xf32>, %w2: tensor<?x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // CHECK: h3.mixer_scan {window = 64 : i64} ins(%{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<?x8xf32>) shift(%{{.*}}, %{{.*}}, %{{.*}} : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%{{.*}}, %{{.*}} : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>{{$}}
  %13:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %k : tensor<?x8xf32>, tensor<?x8xf32>) shift(%taps, %c, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%k, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  // CHECK: h3.mixer_output {window = 64 : i64} ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) diag(%{{.*}}, %{{.*}} : tensor<4x32x8xf32>, tensor<8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>{{$}}
  %14:3 = h3.mixer_output {window = 64 : i64} ins(%k, %k, %k, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) diag(%modes, %c : tensor<4x32x8xf32>, tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%k, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  // CHECK: h3.mixer_scan {window = 64 : i64} ins(%{{.*}}, %{{.*}} : tensor<300x8xf32>, tensor<300x8xf32>) shift(%{{.*}}, %{{.*}}, %{{.*}} : tensor<64x8xf32>, tensor<8xf32>, tensor<4x64x8xf32>) diag(%{{.*}}, %{{.*}} : tensor<4x32x8xf32>, tensor<4x32x2x8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%{{.*}}, %{{.*}} : tensor<300x8xf32>, tensor<?x2x32x2x8xf32>) -> tensor<300x8xf32>, tensor<?x2x32x2x8xf32>{{$}}
  %15:2 = h3.mixer_scan {window = 64 : i64} ins(%k2, %k2 : tensor<300x8xf32>, tensor<300x8xf32>) shift(%taps, %c, %s2 : tensor<64x8xf32>, tensor<8xf32>, tensor<4x64x8xf32>) diag(%modes, %x2 : tensor<4x32x8xf32>, tensor<4x32x2x8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%k2, %w2 : tensor<300x8xf32>, tensor<?x2x32x2x8xf32>) -> tensor<300x8xf32>, tensor<?x2x32x2x8xf32>
  // CHECK: h3.mixer_output {window = 64 : i64} ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor<300x8xf32>, tensor<300x8xf32>, tensor<300x8xf32>, tensor<?x2x32x2x8xf32>) diag(%{{.*}}, %{{.*}} : tensor<4x32x8xf32>, tensor<8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : tensor<300x8xf32>, tensor<4x64x8xf32>, tensor<4x32x2x8xf32>) -> tensor<300x8xf32>, tensor<4x64x8xf32>, tensor<4x32x2x8xf32>{{$}}
  %16:3 = h3.mixer_output {window = 64 : i64} ins(%k2, %k2, %k2, %w2 : tensor<300x8xf32>, tensor<300x8xf32>, tensor<300x8xf32>, tensor<?x2x32x2x8xf32>) diag(%modes, %c : tensor<4x32x8xf32>, tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%k2, %s2, %x2 : tensor<300x8xf32>, tensor<4x64x8xf32>, tensor<4x32x2x8xf32>) -> tensor<300x8xf32>, tensor<4x64x8xf32>, tensor<4x32x2x8xf32>
  return
}

// CHECK-LABEL: @layers_on_memrefs
func.func @layers_on_memrefs(%ids: memref<?xi32>, %x: memref<?x64xf32>, %y: memref<?x100xf32>, %w: memref<100x64xf32>, %h: memref<100x64xbf16>, %f: memref<100x64xf16>, %q: memref<100x64xi8>, %s: memref<100xf32>, %p: memref<100x32xi8>, %t: memref<100x2xf16>, %g: memref<64xf32>, %b: memref<100xf32>, %dq: memref<?x?xi8>, %dw: memref<100x?xi8>, %ds: memref<?xf32>, %dt: memref<?x?xf16>) {
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<100x64xbf16>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %h : memref<?xi32>, memref<100x64xbf16>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<100x64xf16>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %f : memref<?xi32>, memref<100x64xf16>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<100x64xi8>) scales(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %q : memref<?xi32>, memref<100x64xi8>) scales(%s : memref<100xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<100x32xi8>) scales(%{{.*}} : memref<100x2xf16>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %p : memref<?xi32>, memref<100x32xi8>) scales(%t : memref<100x2xf16>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<100x64xbf16>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%x, %h : memref<?x64xf32>, memref<100x64xbf16>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<100x64xf16>) bias(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%x, %f : memref<?x64xf32>, memref<100x64xf16>) bias(%b : memref<100xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<100x64xi8>) scales(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%x, %q : memref<?x64xf32>, memref<100x64xi8>) scales(%s : memref<100xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear {accumulate} ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<100x32xi8>) scales(%{{.*}} : memref<100x2xf16>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear {accumulate} ins(%x, %p : memref<?x64xf32>, memref<100x32xi8>) scales(%t : memref<100x2xf16>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear {epsilon = 5.000000e-01 : f32} ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<100x64xf32>) norm(%{{.*}}, %{{.*}} : memref<64xf32>, memref<64xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear {epsilon = 5.000000e-01 : f32} ins(%x, %w : memref<?x64xf32>, memref<100x64xf32>) norm(%g, %g : memref<64xf32>, memref<64xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear {epsilon = 5.000000e-01 : f32, gelu} ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<100x32xi8>) scales(%{{.*}} : memref<100x2xf16>) norm(%{{.*}}, %{{.*}} : memref<64xf32>, memref<64xf32>) bias(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear {epsilon = 5.000000e-01 : f32, gelu} ins(%x, %p : memref<?x64xf32>, memref<100x32xi8>) scales(%t : memref<100x2xf16>) norm(%g, %g : memref<64xf32>, memref<64xf32>) bias(%b : memref<100xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear ins({{.*}} : memref<?x64xf32>, memref<100x?xi8>) scales(%{{.*}} : memref<?xf32>) outs
  h3.linear ins(%x, %dw : memref<?x64xf32>, memref<100x?xi8>) scales(%ds : memref<?xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.embedding ins({{.*}} : memref<?xi32>, memref<?x?xi8>) scales(%{{.*}} : memref<?x?xf16>) outs
  h3.embedding ins(%ids, %dq : memref<?xi32>, memref<?x?xi8>) scales(%dt : memref<?x?xf16>) outs(%x : memref<?x64xf32>)
  return
}

// CHECK-LABEL: @windows_on_memrefs
func.func @windows_on_memrefs(%k: memref<?x8xf32>, %k2: memref<300x8xf32>, %taps: memref<64x8xf32>, %c: memref<8xf32>, %s: memref<?x64x8xf32>, %s2: memref<4x64x8xf32>, %modes: memref<4x32x8xf32>, %x: memref<?x32x2x8xf32>, %x2: memref<4x32x2x8xf32>, %w: memref<8x2x32x2x8xf32>, %w2: memref<?x2x32x2x8xf32>, %i: memref<?xi32>) {
  // CHECK: h3.mixer_scan {window = 64 : i64} ins(%{{.*}}, %{{.*}} : memref<?x8xf32>, memref<?x8xf32>) shift(%{{.*}}, %{{.*}}, %{{.*}} : memref<64x8xf32>, memref<8xf32>, memref<?x64x8xf32>) diag(%{{.*}}, %{{.*}} : memref<4x32x8xf32>, memref<?x32x2x8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%{{.*}}, %{{.*}} : memref<?x8xf32>, memref<8x2x32x2x8xf32>){{$}}
  h3.mixer_scan {window = 64 : i64} ins(%k, %k : memref<?x8xf32>, memref<?x8xf32>) shift(%taps, %c, %s : memref<64x8xf32>, memref<8xf32>, memref<?x64x8xf32>) diag(%modes, %x : memref<4x32x8xf32>, memref<?x32x2x8xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%k, %w : memref<?x8xf32>, memref<8x2x32x2x8xf32>)
  // CHECK: h3.mixer_output {window = 64 : i64} ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : memref<?x8xf32>, memref<?x8xf32>, memref<?x8xf32>, memref<8x2x32x2x8xf32>) diag(%{{.*}}, %{{.*}} : memref<4x32x8xf32>, memref<8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : memref<?x8xf32>, memref<?x64x8xf32>, memref<?x32x2x8xf32>){{$}}
  h3.mixer_output {window = 64 : i64} ins(%k, %k, %k, %w : memref<?x8xf32>, memref<?x8xf32>, memref<?x8xf32>, memref<8x2x32x2x8xf32>) diag(%modes, %c : memref<4x32x8xf32>, memref<8xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%k, %s, %x : memref<?x8xf32>, memref<?x64x8xf32>, memref<?x32x2x8xf32>)
  // CHECK: h3.mixer_scan {window = 64 : i64} ins(%{{.*}}, %{{.*}} : memref<300x8xf32>, memref<300x8xf32>) shift(%{{.*}}, %{{.*}}, %{{.*}} : memref<64x8xf32>, memref<8xf32>, memref<4x64x8xf32>) diag(%{{.*}}, %{{.*}} : memref<4x32x8xf32>, memref<4x32x2x8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%{{.*}}, %{{.*}} : memref<300x8xf32>, memref<?x2x32x2x8xf32>){{$}}
  h3.mixer_scan {window = 64 : i64} ins(%k2, %k2 : memref<300x8xf32>, memref<300x8xf32>) shift(%taps, %c, %s2 : memref<64x8xf32>, memref<8xf32>, memref<4x64x8xf32>) diag(%modes, %x2 : memref<4x32x8xf32>, memref<4x32x2x8xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%k2, %w2 : memref<300x8xf32>, memref<?x2x32x2x8xf32>)
  // CHECK: h3.mixer_output {window = 64 : i64} ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : memref<300x8xf32>, memref<300x8xf32>, memref<300x8xf32>, memref<?x2x32x2x8xf32>) diag(%{{.*}}, %{{.*}} : memref<4x32x8xf32>, memref<8xf32>) batch(%{{.*}}, %{{.*}}, %{{.*}} : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : memref<300x8xf32>, memref<4x64x8xf32>, memref<4x32x2x8xf32>){{$}}
  h3.mixer_output {window = 64 : i64} ins(%k2, %k2, %k2, %w2 : memref<300x8xf32>, memref<300x8xf32>, memref<300x8xf32>, memref<?x2x32x2x8xf32>) diag(%modes, %c : memref<4x32x8xf32>, memref<8xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%k2, %s2, %x2 : memref<300x8xf32>, memref<4x64x8xf32>, memref<4x32x2x8xf32>)
  return
}

// RUN: h3-opt %s | h3-opt | FileCheck %s
// RUN: h3-opt %s --mlir-print-op-generic | h3-opt | FileCheck %s
// Packed weights in few bits, inputs as their products take them and the layers
// between the two survive printing and parsing: on tensors, on memrefs, with
// their optional operands and without, with dynamic sizes.

// One column at a time, as for scales of groups, or two or four side by side;
// unsigned ones of signed bytes.
// CHECK-LABEL: @panels
func.func @panels(%w: tensor<100x64xf32>, %t: tensor<100x2xf16>, %h: tensor<100x64xbf16>, %q: tensor<100x64xi8>) {
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x64xf32> -> tensor<7x64x16xf32>
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x2xf16> -> tensor<7x2x16xf16>
  %1 = h3.pack_panels %t : tensor<100x2xf16> -> tensor<7x2x16xf16>
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x64xbf16> -> tensor<7x32x16x2xbf16>
  %2 = h3.pack_panels %h : tensor<100x64xbf16> -> tensor<7x32x16x2xbf16>
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x64xi8> -> tensor<4x32x32x2xi8>
  %3 = h3.pack_panels %q : tensor<100x64xi8> -> tensor<4x32x32x2xi8>
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x64xi8> -> tensor<7x16x16x4xi8>
  %4 = h3.pack_panels %q : tensor<100x64xi8> -> tensor<7x16x16x4xi8>
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x64xi8> -> tensor<7x16x16x4xui8>
  %5 = h3.pack_panels %q : tensor<100x64xi8> -> tensor<7x16x16x4xui8>
  return
}

// CHECK-LABEL: @layers_on_tensors
func.func @layers_on_tensors(%ids: tensor<?xi32>, %x: tensor<?x64xf32>, %xd: tensor<?x?xf32>, %h: tensor<?x64xbf16>,
                             %q: tensor<?x64xi8>, %q16: tensor<?x64xi16>, %s: tensor<?xf32>, %n1: tensor<?x1xi32>, %n2: tensor<?x2xi32>,
                             %n: tensor<?x?xi32>, %wh: tensor<7x32x16x2xbf16>, %wq: tensor<7x32x16x2xi8>, %wu: tensor<7x16x16x4xui8>,
                             %wg: tensor<7x8x16x4xi8>, %g: tensor<7x2x16xf16>, %gd: tensor<?x?x?xf16>, %b: tensor<100xf32>, %y: tensor<?x100xf32>) {
  // Without sums, with those of rows, of groups, of either.
  // CHECK: h3.quantize_rows ins(%{{.*}} : tensor<?x64xf32>) outs(%{{.*}}, %{{.*}} : tensor<?x64xi16>, tensor<?xf32>) -> tensor<?x64xi16>, tensor<?xf32>{{$}}
  %0:2 = h3.quantize_rows ins(%x : tensor<?x64xf32>) outs(%q16, %s : tensor<?x64xi16>, tensor<?xf32>) -> tensor<?x64xi16>, tensor<?xf32>
  // CHECK: h3.quantize_rows ins(%{{.*}} : tensor<?x64xf32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?x64xi8>, tensor<?xf32>, tensor<?x1xi32>) -> tensor<?x64xi8>, tensor<?xf32>, tensor<?x1xi32>{{$}}
  %1:3 = h3.quantize_rows ins(%x : tensor<?x64xf32>) outs(%q, %s, %n1 : tensor<?x64xi8>, tensor<?xf32>, tensor<?x1xi32>) -> tensor<?x64xi8>, tensor<?xf32>, tensor<?x1xi32>
  // CHECK: h3.quantize_rows {paired} ins(%{{.*}} : tensor<?x64xf32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?x64xi8>, tensor<?xf32>, tensor<?x2xi32>) -> tensor<?x64xi8>, tensor<?xf32>, tensor<?x2xi32>{{$}}
  %2:3 = h3.quantize_rows {paired} ins(%x : tensor<?x64xf32>) outs(%q, %s, %n2 : tensor<?x64xi8>, tensor<?xf32>, tensor<?x2xi32>) -> tensor<?x64xi8>, tensor<?xf32>, tensor<?x2xi32>
  // CHECK: h3.quantize_rows ins(%{{.*}} : tensor<?x64xf32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?x64xi8>, tensor<?xf32>, tensor<?x?xi32>) -> tensor<?x64xi8>, tensor<?xf32>, tensor<?x?xi32>{{$}}
  %3:3 = h3.quantize_rows ins(%x : tensor<?x64xf32>) outs(%q, %s, %n : tensor<?x64xi8>, tensor<?xf32>, tensor<?x?xi32>) -> tensor<?x64xi8>, tensor<?xf32>, tensor<?x?xi32>
  // CHECK: h3.quantize_rows ins(%{{.*}} : tensor<?x?xf32>) outs(%{{.*}}, %{{.*}} : tensor<?x64xi8>, tensor<?xf32>) -> tensor<?x64xi8>, tensor<?xf32>{{$}}
  %4:2 = h3.quantize_rows ins(%xd : tensor<?x?xf32>) outs(%q, %s : tensor<?x64xi8>, tensor<?xf32>) -> tensor<?x64xi8>, tensor<?xf32>
  // Halves times floats and times halves.
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<7x32x16x2xbf16>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %5 = h3.linear ins(%x, %wh : tensor<?x64xf32>, tensor<7x32x16x2xbf16>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear {gelu} ins(%{{.*}}, %{{.*}} : tensor<?x64xbf16>, tensor<7x32x16x2xbf16>) bias(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %6 = h3.linear {gelu} ins(%h, %wh : tensor<?x64xbf16>, tensor<7x32x16x2xbf16>) bias(%b : tensor<100xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // Few bits times floats, as before inputs are quantised.
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %8 = h3.linear ins(%x, %wq : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%b : tensor<100xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<7x16x16x4xui8>) scales(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %9 = h3.linear ins(%x, %wu : tensor<?x64xf32>, tensor<7x16x16x4xui8>) scales(%b : tensor<100xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<7x8x16x4xi8>) scales(%{{.*}} : tensor<7x2x16xf16>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %10 = h3.linear ins(%x, %wg : tensor<?x64xf32>, tensor<7x8x16x4xi8>) scales(%g : tensor<7x2x16xf16>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // Few bits times few bits.
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xi16>, tensor<7x32x16x2xi8>) scales(%{{.*}} : tensor<100xf32>) row_scales(%{{.*}} : tensor<?xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %11 = h3.linear ins(%q16, %wq : tensor<?x64xi16>, tensor<7x32x16x2xi8>) scales(%b : tensor<100xf32>) row_scales(%s : tensor<?xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear {accumulate} ins(%{{.*}}, %{{.*}} : tensor<?x64xi8>, tensor<7x16x16x4xui8>) scales(%{{.*}} : tensor<100xf32>) row_scales(%{{.*}} : tensor<?xf32>) row_sums(%{{.*}} : tensor<?x1xi32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %12 = h3.linear {accumulate} ins(%q, %wu : tensor<?x64xi8>, tensor<7x16x16x4xui8>) scales(%b : tensor<100xf32>) row_scales(%s : tensor<?xf32>) row_sums(%n1 : tensor<?x1xi32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear {gelu} ins(%{{.*}}, %{{.*}} : tensor<?x64xi8>, tensor<7x8x16x4xi8>) scales(%{{.*}} : tensor<7x2x16xf16>) row_scales(%{{.*}} : tensor<?xf32>) row_sums(%{{.*}} : tensor<?x2xi32>) bias(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %13 = h3.linear {gelu} ins(%q, %wg : tensor<?x64xi8>, tensor<7x8x16x4xi8>) scales(%g : tensor<7x2x16xf16>) row_scales(%s : tensor<?xf32>) row_sums(%n2 : tensor<?x2xi32>) bias(%b : tensor<100xf32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x64xi8>, tensor<7x8x16x4xi8>) scales(%{{.*}} : tensor<?x?x?xf16>) row_scales(%{{.*}} : tensor<?xf32>) row_sums(%{{.*}} : tensor<?x?xi32>) outs(%{{.*}} : tensor<?x100xf32>) -> tensor<?x100xf32>{{$}}
  %14 = h3.linear ins(%q, %wg : tensor<?x64xi8>, tensor<7x8x16x4xi8>) scales(%gd : tensor<?x?x?xf16>) row_scales(%s : tensor<?xf32>) row_sums(%n : tensor<?x?xi32>) outs(%y : tensor<?x100xf32>) -> tensor<?x100xf32>
  // Tables in panels.
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<7x32x16x2xbf16>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %15 = h3.embedding ins(%ids, %wh : tensor<?xi32>, tensor<7x32x16x2xbf16>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<7x32x16x2xi8>) scales(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %16 = h3.embedding ins(%ids, %wq : tensor<?xi32>, tensor<7x32x16x2xi8>) scales(%b : tensor<100xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<7x16x16x4xui8>) scales(%{{.*}} : tensor<100xf32>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %17 = h3.embedding ins(%ids, %wu : tensor<?xi32>, tensor<7x16x16x4xui8>) scales(%b : tensor<100xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : tensor<?xi32>, tensor<7x8x16x4xi8>) scales(%{{.*}} : tensor<7x2x16xf16>) outs(%{{.*}} : tensor<?x64xf32>) -> tensor<?x64xf32>{{$}}
  %18 = h3.embedding ins(%ids, %wg : tensor<?xi32>, tensor<7x8x16x4xi8>) scales(%g : tensor<7x2x16xf16>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: @layers_on_memrefs
func.func @layers_on_memrefs(%ids: memref<?xi32>, %x: memref<?x64xf32>, %xd: memref<?x?xf32>, %h: memref<?x64xbf16>,
                             %q: memref<?x64xi8>, %q16: memref<?x64xi16>, %s: memref<?xf32>, %n1: memref<?x1xi32>, %n2: memref<?x2xi32>,
                             %n: memref<?x?xi32>, %wh: memref<7x32x16x2xbf16>, %wq: memref<7x32x16x2xi8>, %wu: memref<7x16x16x4xui8>,
                             %wg: memref<7x8x16x4xi8>, %g: memref<7x2x16xf16>, %gd: memref<?x?x?xf16>, %b: memref<100xf32>, %y: memref<?x100xf32>) {
  // Without sums, with those of rows, of groups, of either.
  // CHECK: h3.quantize_rows ins(%{{.*}} : memref<?x64xf32>) outs(%{{.*}}, %{{.*}} : memref<?x64xi16>, memref<?xf32>){{$}}
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q16, %s : memref<?x64xi16>, memref<?xf32>)
  // CHECK: h3.quantize_rows ins(%{{.*}} : memref<?x64xf32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : memref<?x64xi8>, memref<?xf32>, memref<?x1xi32>){{$}}
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q, %s, %n1 : memref<?x64xi8>, memref<?xf32>, memref<?x1xi32>)
  // CHECK: h3.quantize_rows {paired} ins(%{{.*}} : memref<?x64xf32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : memref<?x64xi8>, memref<?xf32>, memref<?x2xi32>){{$}}
  h3.quantize_rows {paired} ins(%x : memref<?x64xf32>) outs(%q, %s, %n2 : memref<?x64xi8>, memref<?xf32>, memref<?x2xi32>)
  // CHECK: h3.quantize_rows ins(%{{.*}} : memref<?x64xf32>) outs(%{{.*}}, %{{.*}}, %{{.*}} : memref<?x64xi8>, memref<?xf32>, memref<?x?xi32>){{$}}
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q, %s, %n : memref<?x64xi8>, memref<?xf32>, memref<?x?xi32>)
  // CHECK: h3.quantize_rows ins(%{{.*}} : memref<?x?xf32>) outs(%{{.*}}, %{{.*}} : memref<?x64xi8>, memref<?xf32>){{$}}
  h3.quantize_rows ins(%xd : memref<?x?xf32>) outs(%q, %s : memref<?x64xi8>, memref<?xf32>)
  // Halves times floats and times halves.
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<7x32x16x2xbf16>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%x, %wh : memref<?x64xf32>, memref<7x32x16x2xbf16>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear {gelu} ins(%{{.*}}, %{{.*}} : memref<?x64xbf16>, memref<7x32x16x2xbf16>) bias(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear {gelu} ins(%h, %wh : memref<?x64xbf16>, memref<7x32x16x2xbf16>) bias(%b : memref<100xf32>) outs(%y : memref<?x100xf32>)
  // Few bits times floats, as before inputs are quantised.
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<7x32x16x2xi8>) scales(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%x, %wq : memref<?x64xf32>, memref<7x32x16x2xi8>) scales(%b : memref<100xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<7x16x16x4xui8>) scales(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%x, %wu : memref<?x64xf32>, memref<7x16x16x4xui8>) scales(%b : memref<100xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xf32>, memref<7x8x16x4xi8>) scales(%{{.*}} : memref<7x2x16xf16>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%x, %wg : memref<?x64xf32>, memref<7x8x16x4xi8>) scales(%g : memref<7x2x16xf16>) outs(%y : memref<?x100xf32>)
  // Few bits times few bits.
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xi16>, memref<7x32x16x2xi8>) scales(%{{.*}} : memref<100xf32>) row_scales(%{{.*}} : memref<?xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%q16, %wq : memref<?x64xi16>, memref<7x32x16x2xi8>) scales(%b : memref<100xf32>) row_scales(%s : memref<?xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear {accumulate} ins(%{{.*}}, %{{.*}} : memref<?x64xi8>, memref<7x16x16x4xui8>) scales(%{{.*}} : memref<100xf32>) row_scales(%{{.*}} : memref<?xf32>) row_sums(%{{.*}} : memref<?x1xi32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear {accumulate} ins(%q, %wu : memref<?x64xi8>, memref<7x16x16x4xui8>) scales(%b : memref<100xf32>) row_scales(%s : memref<?xf32>) row_sums(%n1 : memref<?x1xi32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear {gelu} ins(%{{.*}}, %{{.*}} : memref<?x64xi8>, memref<7x8x16x4xi8>) scales(%{{.*}} : memref<7x2x16xf16>) row_scales(%{{.*}} : memref<?xf32>) row_sums(%{{.*}} : memref<?x2xi32>) bias(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear {gelu} ins(%q, %wg : memref<?x64xi8>, memref<7x8x16x4xi8>) scales(%g : memref<7x2x16xf16>) row_scales(%s : memref<?xf32>) row_sums(%n2 : memref<?x2xi32>) bias(%b : memref<100xf32>) outs(%y : memref<?x100xf32>)
  // CHECK: h3.linear ins(%{{.*}}, %{{.*}} : memref<?x64xi8>, memref<7x8x16x4xi8>) scales(%{{.*}} : memref<?x?x?xf16>) row_scales(%{{.*}} : memref<?xf32>) row_sums(%{{.*}} : memref<?x?xi32>) outs(%{{.*}} : memref<?x100xf32>){{$}}
  h3.linear ins(%q, %wg : memref<?x64xi8>, memref<7x8x16x4xi8>) scales(%gd : memref<?x?x?xf16>) row_scales(%s : memref<?xf32>) row_sums(%n : memref<?x?xi32>) outs(%y : memref<?x100xf32>)
  // Tables in panels.
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<7x32x16x2xbf16>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %wh : memref<?xi32>, memref<7x32x16x2xbf16>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<7x32x16x2xi8>) scales(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %wq : memref<?xi32>, memref<7x32x16x2xi8>) scales(%b : memref<100xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<7x16x16x4xui8>) scales(%{{.*}} : memref<100xf32>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %wu : memref<?xi32>, memref<7x16x16x4xui8>) scales(%b : memref<100xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins(%{{.*}}, %{{.*}} : memref<?xi32>, memref<7x8x16x4xi8>) scales(%{{.*}} : memref<7x2x16xf16>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %wg : memref<?xi32>, memref<7x8x16x4xi8>) scales(%g : memref<7x2x16xf16>) outs(%x : memref<?x64xf32>)
  return
}

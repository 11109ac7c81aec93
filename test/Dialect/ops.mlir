// RUN: h3-opt %s | h3-opt | FileCheck %s
// RUN: h3-opt %s --mlir-print-op-generic | h3-opt | FileCheck %s
// Every operation of the dialect survives printing and parsing: on tensors, on
// memrefs, with its optional operands and without.

// CHECK: h3.parameter @w : tensor<64xf32> from "copy"["norm.weight"]
h3.parameter @w : tensor<64xf32> from "copy"["norm.weight"]
// CHECK: h3.parameter @p : tensor<2x8x16xf32> from "pack_panels"["fc.weight"] at 256
h3.parameter @p : tensor<2x8x16xf32> from "pack_panels"["fc.weight"] at 256
// CHECK: h3.parameter @k : tensor<64x8xf32> from "shift_kernel"["B", "C"]
h3.parameter @k : tensor<64x8xf32> from "shift_kernel"["B", "C"]

// CHECK-LABEL: @parameters
func.func @parameters(%w: tensor<100x64xf32>, %b: tensor<8x64xf32>,
                      %c: tensor<1x8x64xf32>, %dc: tensor<1x8x32x2xf32>,
                      %db: tensor<4x32x2xf32>, %dt: tensor<8xf32>,
                      %re: tensor<4x32xf32>, %im: tensor<4x32xf32>) {
  // CHECK: h3.get_parameter @w : tensor<64xf32>
  %0 = h3.get_parameter @w : tensor<64xf32>
  // CHECK: h3.get_parameter @w : memref<64xf32>
  %1 = h3.get_parameter @w : memref<64xf32>
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x64xf32> -> tensor<7x64x16xf32>
  %2 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  // CHECK: h3.shift_kernel %{{.*}}, %{{.*}} : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %3 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  // CHECK: h3.diag_modes {{.*}} : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  %4 = h3.diag_modes %dc, %db, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  return
}

// CHECK-LABEL: @rows
func.func @rows(%ids: tensor<?xi32>, %table: tensor<500x64xf32>,
                %panels: tensor<32x64x16xf32>, %v: tensor<64xf32>,
                %init: tensor<?x64xf32>, %wide: tensor<?x250xf32>,
                %weight: tensor<250x64xf32>, %packed: tensor<16x64x16xf32>,
                %bias: tensor<250xf32>) {
  // CHECK: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<500x64xf32>) outs({{.*}}) -> tensor<?x64xf32>
  %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<500x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<32x64x16xf32>) outs({{.*}}) -> tensor<?x64xf32>
  %1 = h3.embedding ins(%ids, %panels : tensor<?xi32>, tensor<32x64x16xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.gather_rows ins({{.*}} : tensor<?xi32>, tensor<?x64xf32>) outs({{.*}}) -> tensor<?x64xf32>
  %2 = h3.gather_rows ins(%ids, %0 : tensor<?xi32>, tensor<?x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.layer_norm {epsilon = 9.99999974E-6 : f32} ins({{.*}}) outs({{.*}}) -> tensor<?x64xf32>
  %3 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%2, %v, %v : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.linear ins({{[^)]*}}) outs({{.*}}) -> tensor<?x250xf32>
  %4 = h3.linear ins(%3, %weight : tensor<?x64xf32>, tensor<250x64xf32>) outs(%wide : tensor<?x250xf32>) -> tensor<?x250xf32>
  // CHECK: h3.linear {gelu} ins({{[^)]*}}tensor<16x64x16xf32>) bias(%{{.*}} : tensor<250xf32>) outs({{.*}}) -> tensor<?x250xf32>
  %5 = h3.linear {gelu} ins(%3, %packed : tensor<?x64xf32>, tensor<16x64x16xf32>) bias(%bias : tensor<250xf32>) outs(%wide : tensor<?x250xf32>) -> tensor<?x250xf32>
  // CHECK: h3.linear {accumulate} ins({{[^)]*}}) outs({{.*}}) -> tensor<?x250xf32>
  %6 = h3.linear {accumulate} ins(%3, %weight : tensor<?x64xf32>, tensor<250x64xf32>) outs(%5 : tensor<?x250xf32>) -> tensor<?x250xf32>
  return
}

// CHECK-LABEL: @rows_on_memrefs
func.func @rows_on_memrefs(%ids: memref<?xi32>, %table: memref<500x64xf32>,
                           %panels: memref<32x64x16xf32>, %v: memref<64xf32>,
                           %x: memref<?x64xf32>, %wide: memref<?x250xf32>,
                           %weight: memref<250x64xf32>, %bias: memref<250xf32>) {
  // CHECK: h3.embedding ins({{.*}} : memref<?xi32>, memref<500x64xf32>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %table : memref<?xi32>, memref<500x64xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins({{.*}} : memref<?xi32>, memref<32x64x16xf32>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %panels : memref<?xi32>, memref<32x64x16xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.gather_rows ins({{.*}}) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.gather_rows ins(%ids, %x : memref<?xi32>, memref<?x64xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.layer_norm {epsilon = 1.000000e+00 : f32} ins({{.*}}) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.layer_norm {epsilon = 1.0 : f32} ins(%x, %v, %v : memref<?x64xf32>, memref<64xf32>, memref<64xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.linear ins({{[^)]*}}) outs(%{{.*}} : memref<?x250xf32>){{$}}
  h3.linear ins(%x, %weight : memref<?x64xf32>, memref<250x64xf32>) outs(%wide : memref<?x250xf32>)
  // CHECK: h3.linear {accumulate, gelu} ins({{[^)]*}}) bias(%{{.*}} : memref<250xf32>) outs(%{{.*}} : memref<?x250xf32>){{$}}
  h3.linear {accumulate, gelu} ins(%x, %weight : memref<?x64xf32>, memref<250x64xf32>) bias(%bias : memref<250xf32>) outs(%wide : memref<?x250xf32>)
  return
}

// CHECK-LABEL: @mixer
func.func @mixer(%u: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %skip: tensor<8xf32>,
                 %modes: tensor<4x32x4xf32>, %headSkip: tensor<4xf32>,
                 %i: tensor<?xi32>, %s: tensor<?x64x8xf32>,
                 %init: tensor<?x8xf32>, %wide: tensor<?x16xf32>,
                 %x: tensor<?x32x2x16xf32>) {
  // CHECK: h3.shift_ssm ins({{.*}}) batch({{.*}}) outs({{.*}}) -> tensor<?x8xf32>, tensor<?x64x8xf32>
  %0:2 = h3.shift_ssm ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init, %s : tensor<?x8xf32>, tensor<?x64x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>
  // CHECK: h3.head_expand {head_dim = 2 : i64} ins({{.*}}) outs({{.*}}) -> tensor<?x16xf32>
  %1 = h3.head_expand {head_dim = 2 : i64} ins(%0#0, %u : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x16xf32>) -> tensor<?x16xf32>
  // CHECK: h3.diag_ssm ins({{.*}}) batch({{.*}}) outs({{.*}}) -> tensor<?x16xf32>, tensor<?x32x2x16xf32>
  %2:2 = h3.diag_ssm ins(%1, %modes, %headSkip : tensor<?x16xf32>, tensor<4x32x4xf32>, tensor<4xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%wide, %x : tensor<?x16xf32>, tensor<?x32x2x16xf32>) -> tensor<?x16xf32>, tensor<?x32x2x16xf32>
  // CHECK: h3.head_contract {head_dim = 2 : i64} ins({{.*}}) outs({{.*}}) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 2 : i64} ins(%u, %2#0 : tensor<?x8xf32>, tensor<?x16xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: @mixer_on_memrefs
func.func @mixer_on_memrefs(%u: memref<?x8xf32>, %taps: memref<64x8xf32>, %skip: memref<8xf32>,
                            %modes: memref<4x32x4xf32>, %headSkip: memref<4xf32>,
                            %i: memref<?xi32>, %s: memref<?x64x8xf32>,
                            %wide: memref<?x16xf32>,
                            %x: memref<?x32x2x16xf32, strided<[5000, 32, 16, 1], offset: ?>>) {
  // CHECK: h3.shift_ssm ins({{.*}}) batch({{.*}}) outs({{.*}} : memref<?x8xf32>, memref<?x64x8xf32>){{$}}
  h3.shift_ssm ins(%u, %taps, %skip : memref<?x8xf32>, memref<64x8xf32>, memref<8xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%u, %s : memref<?x8xf32>, memref<?x64x8xf32>)
  // CHECK: h3.head_expand {head_dim = 2 : i64} ins({{.*}}) outs(%{{.*}} : memref<?x16xf32>){{$}}
  h3.head_expand {head_dim = 2 : i64} ins(%u, %u : memref<?x8xf32>, memref<?x8xf32>) outs(%wide : memref<?x16xf32>)
  // A slot of state may be a slice of a longer record.
  // CHECK: h3.diag_ssm ins({{.*}}) batch({{.*}}) outs({{.*}} : memref<?x16xf32>, memref<?x32x2x16xf32, strided<[5000, 32, 16, 1], offset: ?>>){{$}}
  h3.diag_ssm ins(%wide, %modes, %headSkip : memref<?x16xf32>, memref<4x32x4xf32>, memref<4xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%wide, %x : memref<?x16xf32>, memref<?x32x2x16xf32, strided<[5000, 32, 16, 1], offset: ?>>)
  // CHECK: h3.head_contract {head_dim = 2 : i64} ins({{.*}}) outs(%{{.*}} : memref<?x8xf32>){{$}}
  h3.head_contract {head_dim = 2 : i64} ins(%u, %wide : memref<?x8xf32>, memref<?x16xf32>) outs(%u : memref<?x8xf32>)
  return
}

// CHECK-LABEL: @attention
func.func @attention(%qkv: tensor<?x192xf32>, %i: tensor<?xi32>, %rotary: tensor<8xf32>,
                     %cache: tensor<?x2x128x64xf32>, %init: tensor<?x64xf32>) {
  // CHECK: h3.cache_keys {heads = 4 : i64} ins({{[^)]*}}) batch({{.*}}) outs({{.*}}) -> tensor<?x2x128x64xf32>
  %0 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  // CHECK: h3.cache_keys {heads = 4 : i64} ins({{[^)]*}}) rotary(%{{.*}} : tensor<8xf32>) batch({{.*}}) outs({{.*}}) -> tensor<?x2x128x64xf32>
  %1 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>) rotary(%rotary : tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%0 : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  // CHECK: h3.attention {heads = 4 : i64} ins({{[^)]*}}) batch({{.*}}) outs({{.*}}) -> tensor<?x64xf32>
  %2 = h3.attention {heads = 4 : i64} ins(%qkv, %1, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.attention {heads = 4 : i64} ins({{[^)]*}}) rotary(%{{.*}} : tensor<8xf32>) batch({{.*}}) outs({{.*}}) -> tensor<?x64xf32>
  %3 = h3.attention {heads = 4 : i64} ins(%qkv, %1, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>) rotary(%rotary : tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: @attention_on_memrefs
func.func @attention_on_memrefs(%qkv: memref<?x192xf32>, %i: memref<?xi32>, %rotary: memref<8xf32>,
                                %cache: memref<?x2x128x64xf32>, %x: memref<?x64xf32>) {
  // CHECK: h3.cache_keys {heads = 4 : i64} ins({{[^)]*}}) batch({{.*}}) outs(%{{.*}} : memref<?x2x128x64xf32>){{$}}
  h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : memref<?x192xf32>, memref<?xi32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%cache : memref<?x2x128x64xf32>)
  // CHECK: h3.attention {heads = 4 : i64} ins({{[^)]*}}) rotary(%{{.*}} : memref<8xf32>) batch({{.*}}) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.attention {heads = 4 : i64} ins(%qkv, %cache, %i : memref<?x192xf32>, memref<?x2x128x64xf32>, memref<?xi32>) rotary(%rotary : memref<8xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%x : memref<?x64xf32>)
  return
}

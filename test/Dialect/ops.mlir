// RUN: h3-opt %s | h3-opt | FileCheck %s
// Every operation of the dialect survives printing and parsing.

// CHECK: h3.parameter @w : tensor<64xf32> from "copy"["norm.weight"]
h3.parameter @w : tensor<64xf32> from "copy"["norm.weight"]
// CHECK: h3.parameter @p : tensor<2x8x16xf32> from "pack_panels"["fc.weight"] at 256
h3.parameter @p : tensor<2x8x16xf32> from "pack_panels"["fc.weight"] at 256

// CHECK-LABEL: @parameters
func.func @parameters(%w: tensor<100x64xf32>, %b: tensor<8x64xf32>,
                      %c: tensor<1x8x64xf32>, %dc: tensor<1x8x32x2xf32>,
                      %db: tensor<4x32x2xf32>, %dt: tensor<8xf32>,
                      %re: tensor<4x32xf32>, %im: tensor<4x32xf32>) {
  // CHECK: h3.get_parameter @w : tensor<64xf32>
  %0 = h3.get_parameter @w : tensor<64xf32>
  // CHECK: h3.pack_panels %{{.*}} : tensor<100x64xf32> -> tensor<7x64x16xf32>
  %1 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  // CHECK: h3.shift_kernel
  %2 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  // CHECK: h3.diag_modes
  %3 = h3.diag_modes %dc, %db, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  return
}

// CHECK-LABEL: @rows
func.func @rows(%ids: tensor<?xi32>, %table: tensor<500x64xf32>,
                %panels: tensor<32x64x16xf32>, %v: tensor<64xf32>,
                %init: tensor<?x64xf32>, %wide: tensor<?x256xf32>,
                %weight: tensor<256x64xf32>, %bias: tensor<256xf32>) {
  // CHECK: h3.embedding ins
  %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<500x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<32x64x16xf32>)
  %1 = h3.embedding ins(%ids, %panels : tensor<?xi32>, tensor<32x64x16xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.gather_rows ins
  %2 = h3.gather_rows ins(%ids, %0 : tensor<?xi32>, tensor<?x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.layer_norm {epsilon = 9.99999974E-6 : f32} ins
  %3 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%2, %v, %v : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.linear {gelu} ins({{.*}}) bias(%{{.*}} : tensor<256xf32>) outs
  %4 = h3.linear {gelu} ins(%3, %weight : tensor<?x64xf32>, tensor<256x64xf32>) bias(%bias : tensor<256xf32>) outs(%wide : tensor<?x256xf32>) -> tensor<?x256xf32>
  // CHECK: h3.linear {accumulate} ins({{.*}}) outs
  %5 = h3.linear {accumulate} ins(%3, %weight : tensor<?x64xf32>, tensor<256x64xf32>) outs(%4 : tensor<?x256xf32>) -> tensor<?x256xf32>
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
  // CHECK: h3.head_expand {head_dim = 2 : i64} ins
  %1 = h3.head_expand {head_dim = 2 : i64} ins(%0#0, %u : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x16xf32>) -> tensor<?x16xf32>
  // CHECK: h3.diag_ssm ins({{.*}}) batch({{.*}}) outs
  %2:2 = h3.diag_ssm ins(%1, %modes, %headSkip : tensor<?x16xf32>, tensor<4x32x4xf32>, tensor<4xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%wide, %x : tensor<?x16xf32>, tensor<?x32x2x16xf32>) -> tensor<?x16xf32>, tensor<?x32x2x16xf32>
  // CHECK: h3.head_contract {head_dim = 2 : i64} ins
  %3 = h3.head_contract {head_dim = 2 : i64} ins(%u, %2#0 : tensor<?x8xf32>, tensor<?x16xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: @attention
func.func @attention(%qkv: tensor<?x192xf32>, %i: tensor<?xi32>, %rotary: tensor<8xf32>,
                     %cache: tensor<?x2x128x64xf32>, %init: tensor<?x64xf32>) {
  // CHECK: h3.cache_keys {heads = 4 : i64} ins({{.*}}) rotary({{.*}} : tensor<8xf32>) batch
  %0 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>) rotary(%rotary : tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  // CHECK: h3.attention {heads = 4 : i64} ins({{.*}}) batch
  %1 = h3.attention {heads = 4 : i64} ins(%qkv, %0, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// RUN: h3-opt %s --h3-convert-to-gpu -split-input-file | FileCheck %s --implicit-check-not="{{ h3\.}}"

// A block for each row. Keys start at column C, values at 2 C; they go to the
// row's position in the cache of its sequence's slot.
// CHECK: gpu.func @cache_keys(%arg0: memref<?x240xf32>, %arg1: memref<?xi32>, %arg2: memref<?xi32>, %arg3: memref<?xi32>, %arg4: memref<?xi32>, %arg5: memref<?x2x128x80xf32>) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[ID:.*]] = memref.load %arg1[%[[ROW]]]
// CHECK: %[[SEQUENCE:.*]] = arith.index_cast %[[ID]]
// CHECK: %[[START32:.*]] = memref.load %arg2[%[[SEQUENCE]]]
// CHECK: %[[START:.*]] = arith.index_cast %[[START32]]
// CHECK: %[[SLOT32:.*]] = memref.load %arg3[%[[SEQUENCE]]]
// CHECK: %[[SLOT:.*]] = arith.index_cast %[[SLOT32]]
// CHECK: %[[BEGIN32:.*]] = memref.load %arg4[%[[SEQUENCE]]]
// CHECK: %[[BEGIN:.*]] = arith.index_cast %[[BEGIN32]]
// CHECK: %[[BEHIND:.*]] = arith.subi %[[ROW]], %[[START]] : index
// CHECK: %[[POSITION:.*]] = arith.addi %[[BEGIN]], %[[BEHIND]] : index
// CHECK: scf.for %[[C:.*]] = %{{.*}} to %c80 step %c256 {
// CHECK: %[[M:.*]] = arith.remui %[[C]], %c40 : index
// CHECK: %[[HEAD:.*]] = arith.subi %[[C]], %[[M]] : index
// CHECK: %[[KEYS:.*]] = arith.addi %[[HEAD]], %c80{{.*}} : index
// CHECK: %[[COLUMN:.*]] = arith.addi %[[KEYS]], %[[M]] : index
// CHECK: %[[K:.*]] = memref.load %arg0[%[[ROW]], %[[COLUMN]]]
// CHECK: memref.store %[[K]], %arg5[%[[SLOT]], %c0{{.*}}, %[[POSITION]], %[[C]]]
// CHECK: %[[VALUES:.*]] = arith.addi %[[C]], %c160 : index
// CHECK: %[[V:.*]] = memref.load %arg0[%[[ROW]], %[[VALUES]]]
// CHECK: memref.store %[[V]], %arg5[%[[SLOT]], %c1{{.*}}, %[[POSITION]], %[[C]]]
// CHECK-NOT: math.cos
// CHECK: %[[ROWS:.*]] = memref.dim %arg0
// CHECK: gpu.launch_func @kernels::@cache_keys blocks in (%[[ROWS]], %c1, %c1) threads in (%c256, %c1, %c1) args(%arg0 : memref<?x240xf32>, %arg1 : memref<?xi32>, %arg2 : memref<?xi32>, %arg3 : memref<?xi32>, %arg4 : memref<?xi32>, %arg5 : memref<?x2x128x80xf32>)
func.func @cache_keys(%qkv: memref<?x240xf32>, %sequences: memref<?xi32>, %starts: memref<?xi32>,
                      %slots: memref<?xi32>, %positions: memref<?xi32>, %cache: memref<?x2x128x80xf32>) {
  h3.cache_keys {heads = 2 : i64} ins(%qkv, %sequences : memref<?x240xf32>, memref<?xi32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%cache : memref<?x2x128x80xf32>)
  return
}

// -----

// The first 2 * 3 features of a head's key are rotated by position * frequency:
// a cos - b sin for the first half, b cos + a sin for the second. The features
// behind them and the values stay.
// CHECK: gpu.func @cache_keys(
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[POSITION:.*]] = arith.addi %{{.*}}, %{{.*}} : index
// CHECK: scf.for %[[C:.*]] =
// CHECK: %[[M:.*]] = arith.remui %[[C]], %c40 : index
// CHECK: %[[PLAIN:.*]] = memref.load %arg0[%[[ROW]], %{{.*}}]
// CHECK: %[[ROTATES:.*]] = arith.cmpi ult, %[[M]], %c6 : index
// CHECK: %[[KEY:.*]] = scf.if %[[ROTATES]] -> (f32) {
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi ult, %[[M]], %c3 : index
// CHECK: %[[PAIR:.*]] = arith.remui %[[M]], %c3{{.*}} : index
// CHECK: %[[SECOND:.*]] = arith.addi %[[PAIR]], %c3{{.*}} : index
// CHECK: %[[MATE:.*]] = arith.select %[[IS_FIRST]], %[[SECOND]], %[[PAIR]] : index
// CHECK: %[[REAL:.*]] = arith.sitofp %{{.*}} : i64 to f32
// CHECK: %[[FREQUENCY:.*]] = memref.load %arg2[%[[PAIR]]] : memref<3xf32>
// CHECK: %[[ANGLE:.*]] = arith.mulf %[[REAL]], %[[FREQUENCY]] : f32
// CHECK: %[[COS:.*]] = math.cos %[[ANGLE]] : f32
// CHECK: %[[SIN:.*]] = math.sin %[[ANGLE]] : f32
// CHECK: %[[COLUMN:.*]] = arith.addi %{{.*}}, %[[MATE]] : index
// CHECK: %[[OTHER:.*]] = memref.load %arg0[%[[ROW]], %[[COLUMN]]]
// CHECK: %[[MINUS:.*]] = arith.negf %[[SIN]] : f32
// CHECK: %[[TURN:.*]] = arith.select %[[IS_FIRST]], %[[MINUS]], %[[SIN]] : f32
// CHECK-DAG: %[[A:.*]] = arith.mulf %[[PLAIN]], %[[COS]] : f32
// CHECK-DAG: %[[B:.*]] = arith.mulf %[[OTHER]], %[[TURN]] : f32
// CHECK: %[[TURNED:.*]] = arith.addf %[[A]], %[[B]] : f32
// CHECK: scf.yield %[[TURNED]] : f32
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[PLAIN]] : f32
// CHECK: memref.store %[[KEY]], %arg6[
// CHECK: %[[V:.*]] = memref.load %arg0
// CHECK: memref.store %[[V]], %arg6[
// CHECK-NOT: math.cos
// CHECK: gpu.return
func.func @cache_keys_rotary(%qkv: memref<?x240xf32>, %sequences: memref<?xi32>, %rotary: memref<3xf32>, %starts: memref<?xi32>,
                             %slots: memref<?xi32>, %positions: memref<?xi32>, %cache: memref<?x2x128x80xf32>) {
  h3.cache_keys {heads = 2 : i64} ins(%qkv, %sequences : memref<?x240xf32>, memref<?xi32>) rotary(%rotary : memref<3xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%cache : memref<?x2x128x80xf32>)
  return
}

// -----

// A block of four warps for each row and head. 40 features are one for each
// lane and one more for the first eight, zero in the others, whose loads are
// masked. Warp w takes the positions w, w + 4, .. up to the row's own and
// carries maximum, sum and outputs; after one barrier they are joined.
// CHECK: gpu.func @attention(%arg0: memref<?x240xf32>, %arg1: memref<?x2x128x80xf32>, {{.*}}%arg6: memref<?x80xf32>) workgroup(%[[SOFTMAX:.*]] : memref<2x4xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[OUTPUTS:.*]] : memref<4x40xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[HEAD:.*]] = gpu.block_id y
// CHECK: %[[COLUMN:.*]] = arith.muli %[[HEAD]], %c40 : index
// CHECK: %[[BEHIND:.*]] = arith.subi %[[ROW]], %{{.*}} : index
// CHECK: %[[POSITION:.*]] = arith.addi %{{.*}}, %[[BEHIND]] : index
// CHECK: %[[Q0:.*]] = memref.load %arg0[%[[ROW]], %{{.*}}]
// CHECK: %[[M:.*]] = arith.addi %{{.*}}, %c32{{.*}} : index
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[M]], %c40{{.*}} : index
// CHECK: %[[Q1:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK: memref.load %arg0[%[[ROW]], %{{.*}}]
// CHECK: } else {
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: scf.yield %[[ZERO]] : f32
// CHECK: %[[SCALE:.*]] = arith.constant 0.158113882 : f32
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: %[[END:.*]] = arith.addi %[[POSITION]], %c1{{.*}} : index
// CHECK: %[[WARP:.*]] = arith.divui %{{.*}}, %c32{{.*}} : index
// CHECK: %[[OWN:.*]]:4 = scf.for %[[P:.*]] = %[[WARP]] to %[[END]] step %c4 iter_args(%[[HIGHEST:.*]] = %{{.*}}, %[[SUM:.*]] = %{{.*}}, %[[Y0:.*]] = %{{.*}}, %[[Y1:.*]] = %{{.*}}) -> (f32, f32, f32, f32) {
// CHECK: %[[K0:.*]] = memref.load %arg1[%[[SLOT:.*]], %c0{{.*}}, %[[P]], %{{.*}}]
// CHECK: %[[K1:.*]] = scf.if
// CHECK: memref.load %arg1[%[[SLOT]], %c0{{.*}}, %[[P]], %{{.*}}]
// CHECK: %[[V0:.*]] = memref.load %arg1[%[[SLOT]], %c1{{.*}}, %[[P]], %{{.*}}]
// CHECK: %[[V1:.*]] = scf.if
// CHECK: memref.load %arg1[%[[SLOT]], %c1{{.*}}, %[[P]], %{{.*}}]
// CHECK: %[[D0:.*]] = math.fma %[[Q0]], %[[K0]], %{{.*}} : f32
// CHECK: %[[D1:.*]] = math.fma %[[Q1]], %[[K1]], %[[D0]] : f32
// CHECK: gpu.shuffle xor %[[D1]], %c16_i32, %c32_i32{{.*}} : f32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: %[[SCORE:.*]] = arith.mulf %{{.*}}, %[[SCALE]] : f32
// CHECK: %[[NEW:.*]] = arith.maximumf %[[HIGHEST]], %[[SCORE]] : f32
// CHECK: %[[DROP:.*]] = arith.subf %[[HIGHEST]], %[[NEW]] : f32
// CHECK: %[[RESCALE:.*]] = math.exp %[[DROP]] : f32
// CHECK: %[[LESS:.*]] = arith.subf %[[SCORE]], %[[NEW]] : f32
// CHECK: %[[WEIGHT:.*]] = math.exp %[[LESS]] : f32
// CHECK: %[[SUM2:.*]] = math.fma %[[SUM]], %[[RESCALE]], %[[WEIGHT]] : f32
// CHECK: %[[R0:.*]] = arith.mulf %[[Y0]], %[[RESCALE]] : f32
// CHECK: %[[N0:.*]] = math.fma %[[WEIGHT]], %[[V0]], %[[R0]] : f32
// CHECK: %[[R1:.*]] = arith.mulf %[[Y1]], %[[RESCALE]] : f32
// CHECK: %[[N1:.*]] = math.fma %[[WEIGHT]], %[[V1]], %[[R1]] : f32
// CHECK: scf.yield %[[NEW]], %[[SUM2]], %[[N0]], %[[N1]]
// CHECK: memref.store %[[OWN]]#0, %[[SOFTMAX]][%c0{{.*}}, %[[W:.*]]] :
// CHECK: memref.store %[[OWN]]#1, %[[SOFTMAX]][%c1{{.*}}, %[[W]]] :
// CHECK: memref.store %[[OWN]]#2, %[[OUTPUTS]][%[[W]], %{{.*}}]
// CHECK: scf.if
// CHECK-NEXT: memref.store %[[OWN]]#3, %[[OUTPUTS]][%[[W]], %{{.*}}]
// CHECK: gpu.barrier
// CHECK-COUNT-8: memref.load %[[SOFTMAX]][
// CHECK-COUNT-3: arith.maximumf
// CHECK-COUNT-4: math.exp
// CHECK: %[[TOTAL:.*]] = math.fma
// CHECK-NOT: gpu.barrier
// CHECK: scf.for %[[M:.*]] = %{{.*}} to %c40{{.*}} step %c128{{.*}} {
// CHECK-COUNT-4: memref.load %[[OUTPUTS]][%{{.*}}, %[[M]]]
// CHECK: %[[FEATURE:.*]] = arith.addi %[[COLUMN]], %[[M]] : index
// CHECK: %[[Y:.*]] = arith.divf %{{.*}}, %[[TOTAL]] : f32
// CHECK: memref.store %[[Y]], %arg6[%[[ROW]], %[[FEATURE]]]
// CHECK: %[[ROWS:.*]] = memref.dim %arg0
// CHECK: gpu.launch_func @kernels::@attention blocks in (%[[ROWS]], %c2, %c1) threads in (%c128, %c1, %c1)
func.func @attention(%qkv: memref<?x240xf32>, %cache: memref<?x2x128x80xf32>, %sequences: memref<?xi32>, %starts: memref<?xi32>,
                     %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x80xf32>) {
  h3.attention {heads = 2 : i64} ins(%qkv, %cache, %sequences : memref<?x240xf32>, memref<?x2x128x80xf32>, memref<?xi32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y : memref<?x80xf32>)
  return
}

// -----

// With rotary the query is rotated once, before the loop over positions; keys
// are rotated in the cache. A head of 32 features needs no masks.
// CHECK: gpu.func @attention(
// CHECK: arith.sitofp
// CHECK: memref.load %arg3[%{{.*}}] : memref<4xf32>
// CHECK: math.cos
// CHECK: math.sin
// CHECK: scf.for %[[P:.*]] = %{{.*}} step %c4{{.*}} -> (f32, f32, f32) {
// CHECK-NOT: scf.if
// CHECK-NOT: math.cos
// CHECK: scf.yield
// CHECK-NOT: math.cos
// CHECK: gpu.return
func.func @attention_rotary(%qkv: memref<?x192xf32>, %cache: memref<?x2x128x64xf32>, %sequences: memref<?xi32>, %rotary: memref<4xf32>,
                            %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x64xf32>) {
  h3.attention {heads = 2 : i64} ins(%qkv, %cache, %sequences : memref<?x192xf32>, memref<?x2x128x64xf32>, memref<?xi32>) rotary(%rotary : memref<4xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y : memref<?x64xf32>)
  return
}

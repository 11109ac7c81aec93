// RUN: h3-opt %s --h3-convert-to-gpu --canonicalize --cse -split-input-file | FileCheck %s --implicit-check-not="{{ h3\.}}"
// Dense weights of every type: how wide accesses are, what they are decoded to,
// where scales go. The paths for one row and for tiles of eight have the same.

// Eight halves are 16 bytes; a warp reads 256 columns at once, here all of them.
// Its lanes read inputs four at a time, so those of an access lie in two groups,
// 144 floats apart: the even fours of the row in one, the odd ones in the other.
// CHECK: gpu.func @linear(%arg0: memref<?x256xf32>, %arg1: memref<8x256xf16>, %arg2: memref<?x8xf32>)
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<2304xf32,
// CHECK: %[[TILE_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [8, 288], strides: [288, 1]
// CHECK: %[[ROW_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [1, 288], strides: [288, 1]
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[W:.*]] = scf.if %{{.*}} -> (vector<8xf16>) {
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[K:.*]] = arith.muli %[[LANE]], %c8 : index
// CHECK-NEXT: %[[LOADED:.*]] = vector.load %arg1[%{{.*}}, %[[K]]] {alignment = 16 : i64} : memref<8x256xf16>, vector<8xf16>
// CHECK-NEXT: scf.yield %[[LOADED]]
// CHECK: %[[IN_K:.*]] = arith.muli %[[THREAD]], %c4 : index
// CHECK: %[[X:.*]] = scf.if
// CHECK-NEXT: vector.load %arg0[%c0, %[[IN_K]]] {alignment = 16 : i64} : memref<?x256xf32>, vector<4xf32>
// CHECK: %[[IN_SPAN:.*]] = arith.remui %[[THREAD]], %c64 : index
// CHECK: %[[PAIR:.*]] = arith.divui %[[IN_SPAN]], %c2 : index
// CHECK: %[[IN_GROUP:.*]] = arith.muli %[[PAIR]], %c4 : index
// CHECK: %[[IS_ODD:.*]] = arith.remui %[[IN_SPAN]], %c2 : index
// CHECK: %[[GROUP:.*]] = arith.muli %[[IS_ODD]], %c144 : index
// CHECK: %[[PLACE:.*]] = arith.addi %[[GROUP]], %[[IN_GROUP]] : index
// CHECK: %[[SPAN:.*]] = arith.divui %[[THREAD]], %c64 : index
// CHECK: %[[BEGIN:.*]] = arith.muli %[[SPAN]], %c288 : index
// CHECK: %[[AT:.*]] = arith.addi %[[BEGIN]], %[[PLACE]] : index
// CHECK: vector.store %[[X]], %[[ROW_X]][%c0, %[[AT]]] {alignment = 16 : i64} : memref<1x288xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[PLACE:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0] : f16
// CHECK-NEXT: %[[F0:.*]] = arith.extf %[[W0]] : f16 to f32
// CHECK: %[[X:.*]] = vector.load %[[ROW_X]][%c0, %[[PLACE]]] {alignment = 16 : i64}
// CHECK: %[[X0:.*]] = vector.extract %[[X]][0]
// CHECK: math.fma %[[X0]], %[[F0]],
// CHECK-COUNT-3: math.fma
// CHECK: %[[W7:.*]] = vector.extract %[[W]][7] : f16
// CHECK-NEXT: %[[F7:.*]] = arith.extf %[[W7]] : f16 to f32
// CHECK: %[[SECOND:.*]] = arith.addi %[[PLACE]], %c144 : index
// CHECK: %[[X:.*]] = vector.load %[[ROW_X]][%c0, %[[SECOND]]]
// CHECK-COUNT-3: math.fma
// CHECK: %[[X3:.*]] = vector.extract %[[X]][3]
// CHECK: math.fma %[[X3]], %[[F7]],
// CHECK-NOT: math.fma
// CHECK: } else {
// CHECK: vector.store %{{.*}}, %[[TILE_X]][%{{.*}}, %{{.*}}] {alignment = 16 : i64} : memref<8x288xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: vector.load %arg1[{{.*}}] {alignment = 16 : i64} : memref<8x256xf16>, vector<8xf16>
// CHECK-NOT: vector.load %arg1
// CHECK-COUNT-64: math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.return
func.func @half(%x: memref<?x256xf32>, %w: memref<8x256xf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x256xf32>, memref<8x256xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Rows of twelve halves start at multiples of eight bytes. Lanes behind the row's
// end have zeros.
// CHECK: gpu.func @linear(
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : vector<4xbf16>
// CHECK: %[[K:.*]] = arith.muli %{{.*}}, %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c12 : index
// CHECK: scf.if %[[INSIDE]] -> (vector<4xbf16>) {
// CHECK-NEXT: vector.load %arg1[%{{.*}}, %[[K]]] {alignment = 8 : i64} : memref<8x12xbf16>, vector<4xbf16>
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] : vector<4xbf16>
// CHECK-COUNT-4: arith.extf %{{.*}} : bf16 to f32
func.func @ragged(%x: memref<?x12xf32>, %w: memref<8x12xbf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x12xf32>, memref<8x12xbf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Rows of an odd number of halves: one at a time, the inputs too.
// CHECK: gpu.func @linear(
// CHECK-NOT: {{vector<[248]xf}}
// CHECK: vector.load %arg1[{{.*}}] {alignment = 2 : i64} : memref<8x7xf16>, vector<1xf16>
// CHECK-NOT: {{vector<[248]xf}}
// CHECK: vector.load %arg0[{{.*}}] {alignment = 4 : i64} : memref<?x7xf32>, vector<1xf32>
// CHECK-NOT: {{vector<[248]xf}}
// CHECK: gpu.return
func.func @odd(%x: memref<?x7xf32>, %w: memref<8x7xf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x7xf32>, memref<8x7xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// 16 values of 8 bits at a time. Of one row five spans of 512 columns, which make
// five batches of one access: in the last, all but the first two lanes have
// zeros. A tile has pieces of 1024 columns, of two accesses for each lane, and what
// is left, one access. The scale of a row is for the whole sum, before the bias.
// CHECK: gpu.func @linear(
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<8704xf32,
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0> : vector<16xi8>
// CHECK: %[[TILE_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [8, 1088], strides: [1088, 1]
// CHECK: %[[ROW_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [1, 2720], strides: [2720, 1]
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[F:.*]], %[[END:.*]] : index
// CHECK: %[[FIRST:.*]] = scf.if %[[EXISTS]] -> (vector<16xi8>) {
// CHECK: %[[K:.*]] = arith.muli %{{.*}}, %c16 : index
// CHECK: vector.load %arg1[%[[F]], %[[K]]] {alignment = 16 : i64} : memref<8x2080xi8>, vector<16xi8>
// CHECK-COUNT-3: vector.load %arg0[%c0, %{{.*}}] {alignment = 16 : i64} : memref<?x2080xf32>, vector<4xf32>
// CHECK-NOT: vector.load
// CHECK-COUNT-3: vector.store %{{.*}}, %[[ROW_X]][%c0, %{{.*}}] {alignment = 16 : i64} : memref<1x2720xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[LAST:.*]] = arith.subi %[[END]], %c1 : index
// CHECK: %[[KNOWN:.*]] = arith.minui %[[F]], %[[LAST]] : index
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[KNOWN]]] : memref<8xf32>
// CHECK: %[[BIAS:.*]] = memref.load %arg3[%[[KNOWN]]] : memref<8xf32>
// CHECK: %[[FIFTH:.*]]:2 = scf.for %[[N:.*]] = %c0 to %c4 step %c1 iter_args(%[[W:.*]] = %[[FIRST]], %[[BEFORE:.*]] = %{{.*}}) -> (vector<16xi8>, f32) {
// CHECK: %[[N1:.*]] = arith.addi %[[N]], %c1 : index
// CHECK: %[[NEXT:.*]] = scf.if %[[EXISTS]] -> (vector<16xi8>) {
// CHECK: %[[START:.*]] = arith.muli %[[N1]], %c512 : index
// CHECK: %[[OWN:.*]] = arith.muli %{{.*}}, %c16 : index
// CHECK: %[[K:.*]] = arith.addi %[[START]], %[[OWN]] : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c2080 : index
// CHECK: scf.if %[[INSIDE]] -> (vector<16xi8>) {
// CHECK-NEXT: vector.load %arg1[%[[F]], %[[K]]] {alignment = 16 : i64} : memref<8x2080xi8>, vector<16xi8>
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] :
// CHECK: %[[BEGIN:.*]] = arith.muli %[[N]], %c544 : index
// CHECK: %[[OWN:.*]] = arith.muli %{{.*}}, %c4 : index
// CHECK: %[[PLACE:.*]] = arith.addi %[[BEGIN]], %[[OWN]] : index
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0] : i8
// CHECK-NEXT: %[[F0:.*]] = arith.sitofp %[[W0]] : i8 to f32
// CHECK: %[[X:.*]] = vector.load %[[ROW_X]][%c0, %[[PLACE]]]
// CHECK: %[[X0:.*]] = vector.extract %[[X]][0]
// CHECK: math.fma %[[X0]], %[[F0]], %[[BEFORE]] : f32
// CHECK-COUNT-14: math.fma
// CHECK: %[[SUM:.*]] = math.fma
// CHECK-NEXT: scf.yield %[[NEXT]], %[[SUM]] : vector<16xi8>, f32
// CHECK-NOT: vector.load %arg1
// CHECK: %[[PLACE:.*]] = arith.addi %{{.*}}, %c2176 : index
// CHECK: vector.extract %[[FIFTH]]#0[0] : i8
// CHECK: vector.load %[[ROW_X]][%c0, %[[PLACE]]]
// CHECK: math.fma %{{.*}}, %{{.*}}, %[[FIFTH]]#1 : f32
// CHECK-COUNT-14: math.fma
// CHECK: %[[SUM:.*]] = math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle xor %[[SUM]],
// CHECK-COUNT-4: gpu.shuffle
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[SCALED:.*]] = arith.mulf %[[TOTAL]], %[[SCALE]] : f32
// CHECK: %[[BIASED:.*]] = arith.addf %[[SCALED]], %[[BIAS]] : f32
// CHECK: memref.store %[[BIASED]], %arg4[%c0, %[[F]]]
// CHECK: } else {
// CHECK: scf.for %[[START:.*]] = %c0 to %c2048 step %c1024 iter_args(
// CHECK: vector.store %{{.*}}, %[[TILE_X]][%{{.*}}, %{{.*}}] {alignment = 16 : i64} : memref<8x1088xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: scf.for %[[S:.*]] = %c0 to %c2 step %c1 iter_args(
// CHECK: %[[SPAN:.*]] = arith.muli %[[S]], %c512 : index
// CHECK: %[[FROM:.*]] = arith.addi %[[START]], %[[SPAN]] : index
// CHECK: %[[BEGIN:.*]] = arith.muli %[[S]], %c544 : index
// CHECK: %[[OWN:.*]] = arith.muli %{{.*}}, %c16 : index
// CHECK: %[[K:.*]] = arith.addi %[[FROM]], %[[OWN]] : index
// CHECK: vector.load %arg1[%[[F:.*]], %[[K]]] {alignment = 16 : i64} : memref<8x2080xi8>, vector<16xi8>
// CHECK: %[[PLACE:.*]] = arith.addi %[[BEGIN]], %{{.*}} : index
// CHECK: vector.load %[[TILE_X]][%c0, %[[PLACE]]]
// CHECK-COUNT-128: math.fma
// CHECK-NOT: math.fma
// CHECK: scf.yield
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: vector.store %{{.*}}, %[[TILE_X]][%{{.*}}, %{{.*}}] {alignment = 16 : i64} : memref<8x1088xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[K:.*]] = arith.addi %{{.*}}, %c2048 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c2080 : index
// CHECK: scf.if %[[INSIDE]] -> (vector<16xi8>) {
// CHECK-NEXT: vector.load %arg1[%[[F]], %[[K]]] {alignment = 16 : i64} : memref<8x2080xi8>, vector<16xi8>
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] :
// CHECK-COUNT-128: math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle
// CHECK: %[[SUM:.*]] = memref.load %{{.*}} : memref<8x8xf32, #gpu.address_space<workgroup>>
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[COLUMN:.*]]] : memref<8xf32>
// CHECK: %[[BIAS:.*]] = memref.load %arg3[%[[COLUMN]]] : memref<8xf32>
// CHECK: %[[SCALED:.*]] = arith.mulf %[[SUM]], %[[SCALE]] : f32
// CHECK: arith.addf %[[SCALED]], %[[BIAS]] : f32
func.func @int8(%x: memref<?x2080xf32>, %w: memref<8x2080xi8>, %s: memref<8xf32>, %b: memref<8xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x2080xf32>, memref<8x2080xi8>) scales(%s : memref<8xf32>) bias(%b : memref<8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A group of 32 values of four bits is 16 bytes with one scale, for the first
// three lanes. With its highest bit inverted n + 8 is n in two's complement; the
// even k are in the low bits. The scale multiplies the sum of its group. Registers
// leave room for two blocks.
// CHECK: gpu.func @linear(
// CHECK-SAME: nvvm.minctasm = 2 : i32
// CHECK-DAG: %[[SIGNS:.*]] = arith.constant -2004318072 : i32
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0> : vector<16xi8>
// CHECK: %[[ACCESS:.*]]:2 = scf.if %{{.*}} -> (vector<16xi8>, f32) {
// CHECK: %[[K:.*]] = arith.muli %{{.*}}, %c32 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c96 : index
// CHECK: %[[OWN:.*]]:2 = scf.if %[[INSIDE]] -> (vector<16xi8>, f32) {
// CHECK: %[[GROUP:.*]] = arith.divui %[[K]], %c32 : index
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[F:.*]], %[[GROUP]]] : memref<8x3xf16>
// CHECK: %[[BYTE:.*]] = arith.divui %[[K]], %c2 : index
// CHECK: %[[BITS:.*]] = vector.load %arg1[%[[F]], %[[BYTE]]] {alignment = 16 : i64} : memref<8x48xi8>, vector<16xi8>
// CHECK: %[[WIDE:.*]] = arith.extf %[[SCALE]] : f16 to f32
// CHECK: scf.yield %[[BITS]], %[[WIDE]] : vector<16xi8>, f32
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]], %[[ZERO]] : vector<16xi8>, f32
// CHECK-NEXT: }
// CHECK-NEXT: scf.yield %[[OWN]]#0, %[[OWN]]#1 : vector<16xi8>, f32
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]], %[[ZERO]] : vector<16xi8>, f32
// CHECK: vector.store %{{.*}}, %{{.*}}[%c0, %{{.*}}] {alignment = 16 : i64} : memref<1x1056xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[ACCESS]]#0 : vector<16xi8> to vector<4xi32>
// CHECK: %[[WORD:.*]] = vector.extract %[[WORDS]][0] : i32
// CHECK: %[[SIGNED:.*]] = arith.xori %[[WORD]], %[[SIGNS]] : i32
// CHECK: %[[HIGH:.*]] = arith.shli %[[SIGNED]], %c28_i32 : i32
// CHECK: %[[N0:.*]] = arith.shrsi %[[HIGH]], %c28_i32 : i32
// CHECK: %[[F0:.*]] = arith.sitofp %[[N0]] : i32 to f32
// CHECK: %[[HIGH:.*]] = arith.shli %[[SIGNED]], %c24_i32 : i32
// CHECK: %[[N1:.*]] = arith.shrsi %[[HIGH]], %c28_i32 : i32
// CHECK: %[[F1:.*]] = arith.sitofp %[[N1]] : i32 to f32
// CHECK: %[[X0:.*]] = vector.extract %{{.*}}[0] : f32
// CHECK: %[[P0:.*]] = math.fma %[[X0]], %[[F0]], %[[ZERO]] : f32
// CHECK: %[[X1:.*]] = vector.extract %{{.*}}[1] : f32
// CHECK: math.fma %[[X1]], %[[F1]], %[[P0]] : f32
// CHECK: %[[N7:.*]] = arith.shrsi %[[SIGNED]], %c28_i32 : i32
// CHECK: vector.extract %[[WORDS]][3] : i32
// CHECK: %[[SUM:.*]] = math.fma %[[ACCESS]]#1, %[[PARTIAL:.*]], %[[ZERO]] : f32
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle xor %[[SUM]],
// CHECK-NOT: memref.load %arg2
// CHECK: } else {
// CHECK: vector.store %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] {alignment = 16 : i64} : memref<8x1056xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[ACCESS:.*]]:2 = scf.if %{{.*}} -> (vector<16xi8>, f32) {
// CHECK-COUNT-8: math.fma %[[ACCESS]]#1,
// CHECK-NOT: math.fma
// CHECK: gpu.return
func.func @int4(%x: memref<?x96xf32>, %w: memref<8x48xi8>, %s: memref<8x3xf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x96xf32>, memref<8x48xi8>) scales(%s : memref<8x3xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Of 6144 columns, a batch of one row has two accesses: their bits and, behind
// those, their scales are carried to the next turn of the loop, which multiplies.
// CHECK: gpu.func @linear(
// CHECK: %[[FIRST:.*]]:4 = scf.if %[[EXISTS:.*]] -> (vector<16xi8>, vector<16xi8>, f32, f32) {
// CHECK: gpu.barrier
// CHECK-NEXT: %[[LAST:.*]]:5 = scf.for %[[N:.*]] = %c0 to %c2 step %c1 iter_args(%[[BITS0:.*]] = %[[FIRST]]#0, %[[BITS1:.*]] = %[[FIRST]]#1, %[[SCALE0:.*]] = %[[FIRST]]#2, %[[SCALE1:.*]] = %[[FIRST]]#3, %[[BEFORE:.*]] = %{{.*}}) -> (
// CHECK: %[[N1:.*]] = arith.addi %[[N]], %c1 : index
// CHECK: %[[NEXT:.*]]:4 = scf.if %[[EXISTS]]
// CHECK: %[[START:.*]] = arith.muli %[[N1]], %c2048 : index
// CHECK: %[[K:.*]] = arith.addi %[[START]], %[[OWN:.*]] : index
// CHECK: %[[GROUP:.*]] = arith.divui %[[K]], %c32 : index
// CHECK: %[[S0:.*]] = memref.load %arg2[%[[F:.*]], %[[GROUP]]] : memref<8x192xf16>
// CHECK: %[[B0:.*]] = vector.load %arg1[%[[F]],
// CHECK: %[[WIDE0:.*]] = arith.extf %[[S0]]
// CHECK: %[[SPAN0:.*]] = arith.muli %[[N1]], %c2 : index
// CHECK: %[[SPAN1:.*]] = arith.addi %[[SPAN0]], %c1 : index
// CHECK: %[[START:.*]] = arith.muli %[[SPAN1]], %c1024 : index
// CHECK: %[[K:.*]] = arith.addi %[[START]], %[[OWN]] : index
// CHECK: %[[GROUP:.*]] = arith.divui %[[K]], %c32 : index
// CHECK: %[[S1:.*]] = memref.load %arg2[%[[F]], %[[GROUP]]] : memref<8x192xf16>
// CHECK: %[[B1:.*]] = vector.load %arg1[%[[F]],
// CHECK: %[[WIDE1:.*]] = arith.extf %[[S1]]
// CHECK-NEXT: scf.yield %[[B0]], %[[B1]], %[[WIDE0]], %[[WIDE1]] :
// CHECK: vector.bitcast %[[BITS0]] : vector<16xi8> to vector<4xi32>
// CHECK-COUNT-32: math.fma
// CHECK: %[[SUM:.*]] = math.fma %[[SCALE0]], %{{.*}}, %[[BEFORE]] : f32
// CHECK: vector.bitcast %[[BITS1]] : vector<16xi8> to vector<4xi32>
// CHECK-COUNT-31: math.fma
// CHECK: %[[PARTIAL:.*]] = math.fma
// CHECK-NEXT: %[[BOTH:.*]] = math.fma %[[SCALE1]], %[[PARTIAL]], %[[SUM]] : f32
// CHECK-NEXT: scf.yield %[[NEXT]]#0, %[[NEXT]]#1, %[[NEXT]]#2, %[[NEXT]]#3, %[[BOTH]] :
// CHECK: vector.bitcast %[[LAST]]#0
// CHECK: %[[SUM:.*]] = math.fma %[[LAST]]#2, %{{.*}}, %[[LAST]]#4 : f32
// CHECK: vector.bitcast %[[LAST]]#1
// CHECK: %[[BOTH:.*]] = math.fma %[[LAST]]#3, %{{.*}}, %[[SUM]] : f32
// CHECK-NEXT: gpu.shuffle xor %[[BOTH]],
func.func @int4_batches(%x: memref<?x6144xf32>, %w: memref<8x3072xi8>, %s: memref<8x192xf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x6144xf32>, memref<8x3072xi8>) scales(%s : memref<8x192xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// The inputs are normalised on their way to shared memory. Of one row a thread has
// read its own once, with the weight on its way before. Sums over the block give
// mean and variance: in a warp by shuffles, over the warps through shared memory,
// each sum's its own, and a barrier. What is behind the row's end adds nothing.
// CHECK: gpu.func @linear(
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<2304xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %{{.*}} : memref<8x8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[STATISTICS:.*]] : memref<8x2xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[SUMS:.*]] : memref<8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[SQUARES:.*]] : memref<8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG: %[[EPSILON:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[COUNT:.*]] = arith.constant 2.400000e+01 : f32
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : vector<4xf32>
// CHECK: %[[TILE_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [8, 288], strides: [288, 1]
// CHECK: %[[ROW_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [1, 288], strides: [288, 1]
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32 : index
// CHECK: vector.load %arg1[{{.*}}] {alignment = 8 : i64} : memref<8x24xi8>, vector<8xi8>
// CHECK: %[[K:.*]] = arith.muli %[[THREAD]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c24 : index
// CHECK: %[[X:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK-NEXT: vector.load %arg0[%c0, %[[K]]]
// CHECK-NOT: vector.load
// CHECK: %[[OWN:.*]] = arith.select %[[INSIDE]], %[[X]], %[[ZEROS]] : vector<4xf32>
// CHECK: %[[SUM4:.*]] = arith.addf %[[OWN]], %[[ZEROS]] : vector<4xf32>
// CHECK: %[[E0:.*]] = vector.extract %[[SUM4]][0]
// CHECK: %[[E1:.*]] = vector.extract %[[SUM4]][1]
// CHECK: arith.addf %[[E0]], %[[E1]] : f32
// CHECK: %[[E3:.*]] = vector.extract %[[SUM4]][3]
// CHECK: %[[SUM:.*]] = arith.addf %{{.*}}, %[[E3]] : f32
// CHECK: gpu.shuffle xor %[[SUM]], %c16_i32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: %[[OF_WARP:.*]] = arith.addf
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0 : index
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK-NEXT: memref.store %[[OF_WARP]], %[[SUMS]][%[[WARP]]] : memref<8xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-COUNT-8: memref.load %[[SUMS]][
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[MEAN:.*]] = arith.divf %[[TOTAL]], %[[COUNT]] : f32
// CHECK: %[[OWN:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK: %[[MEANS:.*]] = vector.broadcast %[[MEAN]] : f32 to vector<4xf32>
// CHECK: %[[CENTRED:.*]] = arith.subf %[[X]], %[[MEANS]] : vector<4xf32>
// CHECK: arith.mulf %[[CENTRED]], %[[CENTRED]] : vector<4xf32>
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] :
// CHECK: arith.addf %[[OWN]], %[[ZEROS]] : vector<4xf32>
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: %[[OF_WARP:.*]] = arith.addf
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK-NEXT: memref.store %[[OF_WARP]], %[[SQUARES]][%[[WARP]]] : memref<8xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-COUNT-8: memref.load %[[SQUARES]][
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[VARIANCE:.*]] = arith.divf %[[TOTAL]], %[[COUNT]] : f32
// CHECK: %[[SHIFTED:.*]] = arith.addf %[[VARIANCE]], %[[EPSILON]] : f32
// CHECK: %[[DEVIATION:.*]] = math.sqrt %[[SHIFTED]] : f32
// CHECK: %[[INVERSE:.*]] = arith.divf %[[ONE]], %[[DEVIATION]] : f32
// CHECK: %[[Y:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK-DAG: %[[SCALES:.*]] = vector.broadcast %[[INVERSE]] : f32 to vector<4xf32>
// CHECK-DAG: %[[MEANS:.*]] = vector.broadcast %[[MEAN]] : f32 to vector<4xf32>
// CHECK: %[[OFF:.*]] = arith.subf %[[X]], %[[MEANS]] : vector<4xf32>
// CHECK: %[[NORMAL:.*]] = arith.mulf %[[OFF]], %[[SCALES]] : vector<4xf32>
// CHECK-DAG: %[[B:.*]] = vector.load %arg4[%[[K]]] {alignment = 16 : i64}
// CHECK-DAG: %[[G:.*]] = vector.load %arg3[%[[K]]] {alignment = 16 : i64}
// CHECK: math.fma %[[NORMAL]], %[[G]], %[[B]] : vector<4xf32>
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] :
// CHECK: vector.store %[[Y]], %[[ROW_X]][%c0, %{{.*}}] {alignment = 16 : i64} : memref<1x288xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: vector.load %[[ROW_X]][
// Of a tile a warp has the mean and the scale of a row, each sum over its lanes,
// before anything is staged.
// CHECK: } else {
// CHECK: %[[TILE:.*]] = gpu.block_id y
// CHECK: %[[ROW0:.*]] = arith.muli %[[TILE]], %c8 : index
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32 : index
// CHECK: %[[HAS_ROW:.*]] = arith.cmpi ult, %[[WARP]], %c8 : index
// CHECK: scf.if %[[HAS_ROW]] {
// CHECK: %[[ROW:.*]] = arith.addi %[[ROW0]], %[[WARP]] : index
// CHECK: %[[SOURCE:.*]] = arith.minui %[[ROW]], %{{.*}} : index
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[START:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[SUM4:.*]] = scf.for %[[C:.*]] = %[[START]] to %c24 step %c128 iter_args(%[[FORMER:.*]] = %[[ZEROS]])
// CHECK: %[[X:.*]] = vector.load %arg0[%[[SOURCE]], %[[C]]]
// CHECK: arith.addf %[[FORMER]], %[[X]] : vector<4xf32>
// CHECK: vector.extract %[[SUM4]][0]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[MEAN:.*]] = arith.divf %[[TOTAL]], %[[COUNT]] : f32
// CHECK: %[[SQUARES4:.*]] = scf.for %[[C:.*]] = %[[START]] to %c24 step %c128 iter_args(%[[FORMER:.*]] = %[[ZEROS]])
// CHECK: %[[X:.*]] = vector.load %arg0[%[[SOURCE]], %[[C]]]
// CHECK: %[[MEANS:.*]] = vector.broadcast %[[MEAN]] : f32 to vector<4xf32>
// CHECK: %[[CENTRED:.*]] = arith.subf %[[X]], %[[MEANS]] : vector<4xf32>
// CHECK: math.fma %[[CENTRED]], %[[CENTRED]], %[[FORMER]] : vector<4xf32>
// CHECK: vector.extract %[[SQUARES4]][0]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[VARIANCE:.*]] = arith.divf %[[TOTAL]], %[[COUNT]] : f32
// CHECK: %[[SHIFTED:.*]] = arith.addf %[[VARIANCE]], %[[EPSILON]] : f32
// CHECK: %[[DEVIATION:.*]] = math.sqrt %[[SHIFTED]] : f32
// CHECK: %[[INVERSE:.*]] = arith.divf %[[ONE]], %[[DEVIATION]] : f32
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0 : index
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK-NEXT: memref.store %[[MEAN]], %[[STATISTICS]][%[[WARP]], %c0]
// CHECK-NEXT: memref.store %[[INVERSE]], %[[STATISTICS]][%[[WARP]], %c1] : memref<8x2xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[MEAN:.*]] = memref.load %[[STATISTICS]][%[[I:.*]], %c0]
// CHECK: %[[INVERSE:.*]] = memref.load %[[STATISTICS]][%[[I]], %c1]
// CHECK: %[[ROW:.*]] = arith.addi %[[ROW0]], %[[I]] : index
// CHECK: %[[SOURCE:.*]] = arith.minui %[[ROW]], %{{.*}} : index
// CHECK: %[[X:.*]] = vector.load %arg0[%[[SOURCE]], %[[K:.*]]] {alignment = 16 : i64}
// CHECK-DAG: %[[SCALES:.*]] = vector.broadcast %[[INVERSE]] : f32 to vector<4xf32>
// CHECK-DAG: %[[MEANS:.*]] = vector.broadcast %[[MEAN]] : f32 to vector<4xf32>
// CHECK: %[[OFF:.*]] = arith.subf %[[X]], %[[MEANS]] : vector<4xf32>
// CHECK: %[[NORMAL:.*]] = arith.mulf %[[OFF]], %[[SCALES]] : vector<4xf32>
// CHECK-DAG: %[[B:.*]] = vector.load %arg4[%[[K]]] {alignment = 16 : i64}
// CHECK-DAG: %[[G:.*]] = vector.load %arg3[%[[K]]] {alignment = 16 : i64}
// CHECK: math.fma %[[NORMAL]], %[[G]], %[[B]] : vector<4xf32>
// CHECK: vector.store %{{.*}}, %[[TILE_X]][%[[I]], %{{.*}}] {alignment = 16 : i64} : memref<8x288xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: vector.load %arg1[
func.func @norm(%x: memref<?x24xf32>, %w: memref<8x24xi8>, %s: memref<8xf32>, %g: memref<24xf32>, %h: memref<24xf32>, %y: memref<?x8xf32>) {
  h3.linear {epsilon = 0.25 : f32} ins(%x, %w : memref<?x24xf32>, memref<8x24xi8>) scales(%s : memref<8xf32>)
    norm(%g, %h : memref<24xf32>, memref<24xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Tables: the channels of a store at a time, times the scale of the token or of
// the group.
// CHECK: gpu.func @embedding(
// CHECK: %[[TOKEN:.*]] = arith.index_cast
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[TOKEN]]] : memref<500xf32>
// CHECK: scf.for %[[A:.*]] = %{{.*}} to %c6 step %c256 {
// CHECK: %[[C:.*]] = arith.muli %[[A]], %c4 : index
// CHECK: vector.load %arg1[%[[TOKEN]], %[[C]]] {alignment = 4 : i64} : memref<500x24xi8>, vector<4xi8>
// CHECK-COUNT-4: arith.sitofp %{{.*}} : i8 to f32
// CHECK: %[[VALUES:.*]] = vector.from_elements
// CHECK: %[[SCALES:.*]] = vector.broadcast %[[SCALE]] : f32 to vector<4xf32>
// CHECK: %[[OUT:.*]] = arith.mulf %[[VALUES]], %[[SCALES]] : vector<4xf32>
// CHECK: vector.store %[[OUT]], %arg3[%{{.*}}, %[[C]]] {alignment = 16 : i64}
func.func @table_int8(%ids: memref<?xi32>, %w: memref<500x24xi8>, %s: memref<500xf32>, %y: memref<?x24xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<500x24xi8>) scales(%s : memref<500xf32>) outs(%y : memref<?x24xf32>)
  return
}

// -----

// CHECK: gpu.func @embedding(
// CHECK: %[[TOKEN:.*]] = arith.index_cast
// CHECK: scf.for %[[A:.*]] = %{{.*}} to %c24 step %c256 {
// CHECK: %[[C:.*]] = arith.muli %[[A]], %c4 : index
// CHECK: %[[GROUP:.*]] = arith.divui %[[C]], %c32 : index
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[TOKEN]], %[[GROUP]]] : memref<500x3xf16>
// CHECK: %[[BYTE:.*]] = arith.divui %[[C]], %c2 : index
// CHECK: vector.load %arg1[%[[TOKEN]], %[[BYTE]]] {alignment = 2 : i64} : memref<500x48xi8>, vector<2xi8>
// CHECK: arith.extf %[[SCALE]] : f16 to f32
// CHECK: vector.bitcast %{{.*}} : vector<2xi8> to vector<1xi16>
// CHECK: %[[WORD:.*]] = arith.extui %{{.*}} : i16 to i32
// CHECK: %[[SIGNED:.*]] = arith.xori %[[WORD]], %{{.*}} : i32
// CHECK: arith.shli %[[SIGNED]], %c28_i32 : i32
// CHECK: arith.shli %[[SIGNED]], %c24_i32 : i32
// CHECK: arith.shli %[[SIGNED]], %c20_i32 : i32
// CHECK: arith.shli %[[SIGNED]], %c16_i32 : i32
// CHECK: arith.mulf %{{.*}} : vector<4xf32>
// CHECK: vector.store %{{.*}}, %arg3[%{{.*}}, %[[C]]] {alignment = 16 : i64}
func.func @table_int4(%ids: memref<?xi32>, %w: memref<500x48xi8>, %s: memref<500x3xf16>, %y: memref<?x96xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<500x48xi8>) scales(%s : memref<500x3xf16>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// CHECK: gpu.func @embedding(
// CHECK: scf.for %[[A:.*]] = %{{.*}} to %c3 step %c256 {
// CHECK: vector.load %arg1[{{.*}}] {alignment = 4 : i64} : memref<500x6xbf16>, vector<2xbf16>
// CHECK-COUNT-2: arith.extf %{{.*}} : bf16 to f32
// CHECK-NOT: arith.mulf
// CHECK: vector.store %{{.*}} {alignment = 8 : i64} : memref<?x6xf32>, vector<2xf32>
func.func @table_bf16(%ids: memref<?xi32>, %w: memref<500x6xbf16>, %y: memref<?x6xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<500x6xbf16>) outs(%y : memref<?x6xf32>)
  return
}

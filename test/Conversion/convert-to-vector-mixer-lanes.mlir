// RUN: h3-opt %s --h3-convert-to-vector=lanes=16 -split-input-file >%t.16
// RUN: h3-opt %s --h3-convert-to-vector=lanes=8 -split-input-file >%t.8
// RUN: FileCheck %s --check-prefix=L16 --implicit-check-not=h3.mixer --implicit-check-not='vector<8x' < %t.16
// RUN: FileCheck %s --check-prefix=L8 --implicit-check-not=h3.mixer --implicit-check-not='vector<16x' --implicit-check-not=mask < %t.8
// RUN: FileCheck %s --check-prefix=MASK16 < %t.16

// A task has as many channels as a register: two blocks of 16 or four of 8. With
// more registers of AVX-512 the tiles are larger: taps take 16 rows or 8, the
// recurrence four modes or two. The fifth mode is alone in both. Nothing is masked
// where lanes divide the channels.
// L16-LABEL: @whole
// L16: memref.alloca() {alignment = 64 : i64} : memref<259x16xf32>
// L16-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<256x16xf32>
// L16-NOT: memref.alloc
// L16: %[[BLOCKS:.*]] = arith.constant 2 : index
// L16: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L16: %{{.*}}:16 = scf.for {{.*}} iter_args
// L16: vector.load %arg3[%{{.*}}] : memref<4x32xf32>, vector<16xf32>
// L16-COUNT-16: math.fma {{.*}} : vector<16xf32>
// L16-NEXT: scf.yield
// L16-COUNT-16: vector.load %arg2[%{{.*}}] : memref<?x32xf32>, vector<16xf32>
// L16: scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>) {
// L16: %{{.*}}:8 = scf.for {{.*}} iter_args
// L16-COUNT-16: math.fma {{.*}} : vector<16xf32>
// L16-NEXT: vector.store
// L16-NEXT: scf.yield
// L16-COUNT-8: vector.store %{{.*}}, %arg12[%{{.*}}] : memref<?x5x2x32xf32>, vector<16xf32>
// L16: scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>) {
// L16-COUNT-4: math.fma {{.*}} : vector<16xf32>
// L16-NEXT: vector.store
// L16-NEXT: scf.yield
// L16-COUNT-2: vector.store %{{.*}}, %arg12[%{{.*}}] : memref<?x5x2x32xf32>, vector<16xf32>
// L16: vector.store %{{.*}}, %arg10[%{{.*}}] : memref<?x32xf32>, vector<16xf32>
// L16: vector.store %{{.*}}, %arg11[%{{.*}}] : memref<?x4x32xf32>, vector<16xf32>
// L16: return
// MASK16-LABEL: @whole
// MASK16-NOT: mask
// MASK16: return
// L8-LABEL: @whole
// L8: memref.alloca() {alignment = 64 : i64} : memref<259x8xf32>
// L8-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<256x8xf32>
// L8-NOT: memref.alloc
// L8: %[[BLOCKS:.*]] = arith.constant 4 : index
// L8: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L8: %{{.*}}:8 = scf.for {{.*}} iter_args
// L8: vector.load %arg3[%{{.*}}] : memref<4x32xf32>, vector<8xf32>
// L8-COUNT-8: math.fma {{.*}} : vector<8xf32>
// L8-NEXT: scf.yield
// L8-COUNT-8: vector.load %arg2[%{{.*}}] : memref<?x32xf32>, vector<8xf32>
// L8: scf.for {{.*}} iter_args({{.*}}) -> (vector<8xf32>) {
// L8: %{{.*}}:4 = scf.for {{.*}} iter_args
// L8-COUNT-8: math.fma {{.*}} : vector<8xf32>
// L8-NEXT: vector.store
// L8-NEXT: scf.yield
// L8-COUNT-4: vector.store %{{.*}}, %arg12[%{{.*}}] : memref<?x5x2x32xf32>, vector<8xf32>
// L8: scf.for {{.*}} iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>) {
// L8-COUNT-4: math.fma {{.*}} : vector<8xf32>
// L8-NEXT: vector.store
// L8-NEXT: scf.yield
// L8-COUNT-2: vector.store %{{.*}}, %arg12[%{{.*}}] : memref<?x5x2x32xf32>, vector<8xf32>
// L8: vector.store %{{.*}}, %arg10[%{{.*}}] : memref<?x32xf32>, vector<8xf32>
// L8: vector.store %{{.*}}, %arg11[%{{.*}}] : memref<?x4x32xf32>, vector<8xf32>
// L8: return
func.func @whole(%q: memref<?x32xf32>, %k: memref<?x32xf32>, %v: memref<?x32xf32>, %taps: memref<4x32xf32>,
                 %skip: memref<32xf32>, %modes: memref<4x5x32xf32>, %d: memref<32xf32>, %starts: memref<?xi32>,
                 %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x32xf32>,
                 %s: memref<?x4x32xf32>, %x: memref<?x5x2x32xf32>) {
  h3.mixer ins(%q, %k, %v : memref<?x32xf32>, memref<?x32xf32>, memref<?x32xf32>)
    shift(%taps, %skip : memref<4x32xf32>, memref<32xf32>) diag(%modes, %d : memref<4x5x32xf32>, memref<32xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %s, %x : memref<?x32xf32>, memref<?x4x32xf32>, memref<?x5x2x32xf32>)
  return
}

// -----

// 24 channels are three whole blocks of 8, or two of 16 under a mask: whatever has
// channels is read and written through it, scratch memory is not.
// L16-LABEL: @part
// L16: %[[WINDOW:.*]] = memref.alloca() {alignment = 64 : i64} : memref<259x16xf32>
// L16: %[[BLOCKS:.*]] = arith.constant 2 : index
// L16: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L16: %[[MASK:.*]] = vector.create_mask %{{.*}} : vector<16xi1>
// L16-NOT: vector.create_mask
// L16: %[[K:.*]] = vector.maskedload %arg1[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16: vector.store %[[K]], %[[WINDOW]]
// L16: %{{.*}}:16 = scf.for {{.*}} iter_args
// L16: vector.maskedload %arg3[%{{.*}}], %[[MASK]], %{{.*}} : memref<4x24xf32>
// L16-COUNT-16: vector.load %[[WINDOW]]
// L16: scf.yield
// L16-COUNT-16: vector.maskedload %arg2[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16-COUNT-4: vector.maskedload %arg5[%{{.*}}], %[[MASK]], %{{.*}} : memref<4x5x24xf32>
// L16: %[[Q:.*]] = vector.maskedload %arg0[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16: vector.maskedstore %arg8[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16-NOT: vector.store %{{.*}}, %arg
// L16: return
// MASK16-LABEL: @part
// MASK16-NOT: vector.{{load|store}} {{(%[a-z0-9_#]+, )?}}%arg
// MASK16: return
// L8-LABEL: @part
// L8: %[[BLOCKS:.*]] = arith.constant 3 : index
// L8: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L8: vector.store %{{.*}}, %arg8[%{{.*}}] : memref<?x24xf32>, vector<8xf32>
// L8: return
func.func @part(%q: memref<?x24xf32>, %k: memref<?x24xf32>, %v: memref<?x24xf32>, %taps: memref<4x24xf32>,
                %skip: memref<24xf32>, %modes: memref<4x5x24xf32>, %starts: memref<?xi32>, %unused: memref<?xi32>,
                %y: memref<?x24xf32>) {
  h3.mixer ins(%q, %k, %v : memref<?x24xf32>, memref<?x24xf32>, memref<?x24xf32>)
    shift(%taps, %skip : memref<4x24xf32>, memref<24xf32>) diag(%modes, %skip : memref<4x5x24xf32>, memref<24xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x24xf32>)
  return
}

// -----

// By chunks, the window holds 64 rows and those of the taps before them, and tables
// are for one block of channels. Outputs of four rows or two share what is read
// of the states before four chunks, so the table has groups of four or two.
// L16-LABEL: @chunked
// L16: memref.alloca() {alignment = 64 : i64} : memref<67x16xf32>
// L16: %[[BEFORE:.*]] = memref.alloca() {alignment = 64 : i64} : memref<3x4x2x16xf32>
// L16: memref.alloca() {alignment = 64 : i64} : memref<16x16xf32>
// L16: memref.alloca() {alignment = 64 : i64} : memref<3x2x16xf32>
// L16: %[[OUT:.*]] = memref.alloca() {alignment = 64 : i64} : memref<4x3x4x2x16xf32>
// L16: memref.alloca() {alignment = 64 : i64} : memref<3x16x2x16xf32>
// L16-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<64x16xf32>
// L16-NOT: memref.alloc
// L16: %[[BLOCKS:.*]] = arith.constant 2 : index
// L16: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L16: vector.store %{{.*}}, %[[OUT]]
// L16: vector.store %{{.*}}, %[[BEFORE]]
// L16: %{{.*}}:16 = scf.for {{.*}} iter_args
// L16: vector.load %[[OUT]]
// L16-COUNT-32: math.fma {{.*}} : vector<16xf32>
// L16-NEXT: scf.yield
// L16: return
// MASK16-LABEL: @chunked
// MASK16-NOT: mask
// MASK16: return
// L8-LABEL: @chunked
// L8: memref.alloca() {alignment = 64 : i64} : memref<67x8xf32>
// L8: %[[BEFORE:.*]] = memref.alloca() {alignment = 64 : i64} : memref<3x4x2x8xf32>
// L8: memref.alloca() {alignment = 64 : i64} : memref<16x8xf32>
// L8: memref.alloca() {alignment = 64 : i64} : memref<3x2x8xf32>
// L8: %[[OUT:.*]] = memref.alloca() {alignment = 64 : i64} : memref<8x3x2x2x8xf32>
// L8: memref.alloca() {alignment = 64 : i64} : memref<3x16x2x8xf32>
// L8-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<64x8xf32>
// L8-NOT: memref.alloc
// L8: %[[BLOCKS:.*]] = arith.constant 4 : index
// L8: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L8: vector.store %{{.*}}, %[[OUT]]
// L8: vector.store %{{.*}}, %[[BEFORE]]
// L8: %{{.*}}:8 = scf.for {{.*}} iter_args
// L8: vector.load %[[OUT]]
// L8-COUNT-16: math.fma {{.*}} : vector<8xf32>
// L8-NEXT: scf.yield
// L8: return
func.func @chunked(%q: memref<?x32xf32>, %k: memref<?x32xf32>, %v: memref<?x32xf32>, %taps: memref<4x32xf32>,
                   %skip: memref<32xf32>, %modes: memref<4x3x32xf32>, %starts: memref<?xi32>, %y: memref<?x32xf32>) {
  h3.mixer form<chunked> ins(%q, %k, %v : memref<?x32xf32>, memref<?x32xf32>, memref<?x32xf32>)
    shift(%taps, %skip : memref<4x32xf32>, memref<32xf32>) diag(%modes, %skip : memref<4x3x32xf32>, memref<32xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x32xf32>)
  return
}

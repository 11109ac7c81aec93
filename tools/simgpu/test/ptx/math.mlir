// Source of math.ptx: libdevice as the compiler inlines it. y [7, n] of x [n].
module attributes {gpu.container_module} {
  gpu.module @k {
    gpu.func @math(%x: !llvm.ptr, %y: !llvm.ptr, %n: i32) kernel {
      %b = nvvm.read.ptx.sreg.ctaid.x : i32
      %w = nvvm.read.ptx.sreg.ntid.x : i32
      %t = nvvm.read.ptx.sreg.tid.x : i32
      %bw = arith.muli %b, %w : i32
      %i0 = arith.addi %bw, %t : i32
      %in = arith.cmpi slt, %i0, %n : i32
      scf.if %in {
        %p = llvm.getelementptr %x[%i0] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        %v = llvm.load %p : !llvm.ptr -> f32
        %f0 = math.exp %v : f32
        %f1 = math.log %v : f32
        %f2 = math.tanh %v : f32
        %f3 = math.erf %v : f32
        %f4 = math.sin %v : f32
        %f5 = math.log1p %v : f32
        %d = arith.extf %v : f32 to f64
        %e = math.exp %d : f64
        %f6 = arith.truncf %e : f64 to f32
        %i1 = arith.addi %i0, %n : i32
        %i2 = arith.addi %i1, %n : i32
        %i3 = arith.addi %i2, %n : i32
        %i4 = arith.addi %i3, %n : i32
        %i5 = arith.addi %i4, %n : i32
        %i6 = arith.addi %i5, %n : i32
        %q0 = llvm.getelementptr %y[%i0] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        %q1 = llvm.getelementptr %y[%i1] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        %q2 = llvm.getelementptr %y[%i2] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        %q3 = llvm.getelementptr %y[%i3] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        %q4 = llvm.getelementptr %y[%i4] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        %q5 = llvm.getelementptr %y[%i5] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        %q6 = llvm.getelementptr %y[%i6] : (!llvm.ptr, i32) -> !llvm.ptr, f32
        llvm.store %f0, %q0 : f32, !llvm.ptr
        llvm.store %f1, %q1 : f32, !llvm.ptr
        llvm.store %f2, %q2 : f32, !llvm.ptr
        llvm.store %f3, %q3 : f32, !llvm.ptr
        llvm.store %f4, %q4 : f32, !llvm.ptr
        llvm.store %f5, %q5 : f32, !llvm.ptr
        llvm.store %f6, %q6 : f32, !llvm.ptr
      }
      gpu.return
    }
  }
}

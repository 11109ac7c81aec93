//===- H3OpBase.td - What operations are made of -----------*- tablegen -*-===//
//
// Shapes: T tokens in a step, S sequences, P state slots, C channels, H heads,
// N states or taps, M modes. Constraints are numbered; verifiers and negative
// tests name them.
//
//===----------------------------------------------------------------------===//

#ifndef H3_OP_BASE
#define H3_OP_BASE

include "H3Attrs.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class H3_Shaped<list<Type> elements, int rank>
    : AnyTypeOf<[TensorRankOf<elements, [rank]>,
                 MemRefRankOf<elements, [rank]>],
                rank # "D tensor or memref of " #
                    !interleave(!foreach(e, elements, e.summary), " or ") #
                    " values">;

def H3_Vector : H3_Shaped<[F32], 1>;
def H3_Matrix : H3_Shaped<[F32], 2>;
def H3_Cube : H3_Shaped<[F32], 3>;
def H3_Quad : H3_Shaped<[F32], 4>;
def H3_WindowStates : H3_Shaped<[F32], 5>;
def H3_Indices : H3_Shaped<[I32], 1>;
def H3_Doubles : H3_Shaped<[F64], 1>;
/// A dense weight: rows as stored, or panels (`h3.pack_panels`).
def H3_Weight : AnyTypeOf<[H3_Shaped<[F32, F16, BF16, I8], 2>,
                           H3_Shaped<[F32, F16], 3>,
                           H3_Shaped<[BF16, I8, UI8], 4>]>;
/// Rows of activations, rounded (`h3.round_rows`) or quantised
/// (`h3.quantize_rows`) where fewer bits are enough.
def H3_Activations : H3_Shaped<[F32, F16, BF16, I8, I16], 2>;
/// Of rows, or of groups within rows, perhaps in panels.
def H3_Scales : AnyTypeOf<[H3_Vector, H3_Shaped<[F16], 2>,
                           H3_Shaped<[F16], 3>]>;
def H3_RowSums : H3_Shaped<[I32], 2>;
def H3_Kernel : AnyTypeOf<[H3_Matrix, H3_Quad]>;

/// On tensors the op returns one result for each `outs` operand, of its type; on
/// memrefs it writes them and returns nothing. `outs` operands come last.
class H3_LayerOp<string mnemonic, list<Trait> traits = []>
    : H3_Op<mnemonic, !listconcat([
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<InferTypeOpInterface>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>], traits)> {
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let hasVerifier = 1;
  code initDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getOutputMutable();
    }
  }];
  let extraClassDeclaration = initDeclaration;
}

#endif // H3_OP_BASE

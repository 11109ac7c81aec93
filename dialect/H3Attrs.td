//===- H3Attrs.td - Attributes of the H3 dialect -----------*- tablegen -*-===//

#ifndef H3_ATTRS
#define H3_ATTRS

include "H3.td"
include "mlir/IR/EnumAttr.td"

class H3_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::h3";
  let genSpecializedAttr = 0;
}

def H3_Discretization : H3_Enum<"Discretization",
    "how a continuous SSM becomes a discrete one", [
      I32EnumAttrCase<"Bilinear", 0, "bilinear">,
      I32EnumAttrCase<"ZeroOrderHold", 1, "zoh">]>;
def H3_DiscretizationAttr : EnumAttr<H3_Dialect, H3_Discretization,
                                     "discretization"> {
  let assemblyFormat = "`<` $value `>`";
}

def H3_Form : H3_Enum<"Form", "an algorithm; all forms of an op mean the same", [
      I32EnumAttrCase<"Recurrence", 0, "recurrence">,
      I32EnumAttrCase<"Chunked", 1, "chunked">,
      I32EnumAttrCase<"Direct", 2, "direct">,
      I32EnumAttrCase<"Fft", 3, "fft">]>;
def H3_FormAttr : EnumAttr<H3_Dialect, H3_Form, "form"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // H3_ATTRS

/// Model files: GGUF and safetensors, mapped and bounds-checked, translated to one world of names.
@org.jspecify.annotations.NullMarked
package ouverture.file;

//! The object files (COFF) that the linker reads, written without compiler or assembler.

use crate::id::Arch;
use object::write::{Object, Relocation, SectionId, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationFlags, SectionFlags, SectionKind, SubArchitecture,
    SymbolFlags, SymbolKind, SymbolScope, pe,
};

pub(super) use object::write::Error as ObjectError;

/// `IMAGE_LOAD_CONFIG_DIRECTORY64` up to and including `GuardMemcpyFunctionPointer`, in bytes.
const LOAD_CONFIG_LENGTH: u32 = 0x140;
/// The offset of `CHPEMetadataPointer` in it.
const CHPE_METADATA_POINTER: u64 = 0xC8;

const READ_ONLY_DATA: u32 = 0x4000_0040; // MEM_READ | CNT_INITIALIZED_DATA
const CODE: u32 = 0x6000_0020; // MEM_READ | MEM_EXECUTE | CNT_CODE

/// A COFF object, and the section that is written to.
struct Builder {
    object: Object<'static>,
    section: SectionId,
}

impl Builder {
    fn new(architecture: Architecture, section: &str, characteristics: u32) -> Builder {
        let mut object = Object::new(BinaryFormat::Coff, architecture, Endianness::Little);
        object.set_mangling(object::write::Mangling::None);
        let section = add_section(&mut object, section, characteristics);
        Builder { object, section }
    }

    /// Writes to a new section from here on.
    fn open(&mut self, section: &str, characteristics: u32) {
        self.section = add_section(&mut self.object, section, characteristics);
    }

    /// Appends `data`; where it begins.
    fn data(&mut self, data: &[u8], align: u64) -> u64 {
        self.object.append_section_data(self.section, data, align)
    }

    fn symbol(&mut self, name: &str, value: u64, kind: SymbolKind, section: SymbolSection) -> SymbolId {
        self.object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value,
            size: 0,
            kind,
            scope: SymbolScope::Linkage,
            weak: false,
            section,
            flags: SymbolFlags::None,
        })
    }

    fn define(&mut self, name: &str, at: u64, kind: SymbolKind) -> SymbolId {
        self.symbol(name, at, kind, SymbolSection::Section(self.section))
    }

    fn undefined(&mut self, name: &str) -> SymbolId {
        self.symbol(name, 0, SymbolKind::Data, SymbolSection::Undefined)
    }

    fn relocate(&mut self, at: u64, symbol: SymbolId, typ: pe::RelocationType) -> Result<(), ObjectError> {
        let relocation = Relocation { offset: at, symbol, addend: 0, flags: RelocationFlags::Coff { typ } };
        self.object.add_relocation(self.section, relocation)
    }

    /// The load configuration, which LLD looks for under this name. Only its length is set: there is no code, so there
    /// is no security cookie, no guard table, nothing else that it could point to.
    fn load_config(&mut self) -> u64 {
        let mut data = vec![0; LOAD_CONFIG_LENGTH as usize];
        data[..4].copy_from_slice(&LOAD_CONFIG_LENGTH.to_le_bytes());
        let at = self.data(&data, 16);
        self.define("_load_config_used", at, SymbolKind::Data);
        at
    }
}

fn add_section(object: &mut Object<'_>, name: &str, characteristics: u32) -> SectionId {
    let section = object.add_section(Vec::new(), name.as_bytes().to_vec(), SectionKind::Data);
    object.section_mut(section).flags =
        SectionFlags::Coff { characteristics: pe::SectionFlags(characteristics) };
    section
}

/// The native half of a forwarder: a load configuration, into which LLD puts the pointer to the hybrid metadata and
/// the place of the dynamic value relocations.
pub(super) fn native_object() -> Result<Vec<u8>, ObjectError> {
    let mut builder = Builder::new(Architecture::Aarch64, ".rdata", READ_ONLY_DATA);
    builder.load_config();
    builder.object.write()
}

/// A field of the hybrid metadata.
#[derive(Clone, Copy)]
enum Field {
    /// The address of a variable that the loader fills with an entry point of the emulator; we define it.
    Slot(&'static str),
    /// The address of a table that LLD makes.
    Table(&'static str),
    /// A number that LLD computes.
    Number(&'static str),
}

/// `IMAGE_ARM64EC_METADATA`, version 1, after its version field: 4 bytes each, in order. The names are what LLD, like
/// link.exe, gives these tables (`lld/COFF/Driver.cpp`; the structure is in `winnt.h`).
const METADATA: [Field; 28] = [
    Field::Table("__hybrid_code_map"),
    Field::Number("__hybrid_code_map_count"),
    Field::Table("__x64_code_ranges_to_entry_points"),
    Field::Table("__arm64x_redirection_metadata"),
    Field::Slot("__os_arm64x_dispatch_call_no_redirect"),
    Field::Slot("__os_arm64x_dispatch_ret"),
    Field::Slot("__os_arm64x_check_call"),
    Field::Slot("__os_arm64x_check_icall"),
    Field::Slot("__os_arm64x_check_icall_cfg"),
    Field::Table("__arm64x_native_entrypoint"),
    Field::Table("__hybrid_auxiliary_iat"),
    Field::Number("__x64_code_ranges_to_entry_points_count"),
    Field::Number("__arm64x_redirection_metadata_count"),
    Field::Slot("__os_arm64x_get_x64_information"),
    Field::Slot("__os_arm64x_set_x64_information"),
    Field::Table("__arm64x_extra_rfe_table"),
    Field::Number("__arm64x_extra_rfe_table_size"),
    Field::Slot("__os_arm64x_dispatch_fptr"),
    Field::Table("__hybrid_auxiliary_iat_copy"),
    Field::Table("__hybrid_auxiliary_delayload_iat"),
    Field::Table("__hybrid_auxiliary_delayload_iat_copy"),
    Field::Number("__hybrid_image_info_bitfield"),
    Field::Slot("__os_arm64x_helper3"),
    Field::Slot("__os_arm64x_helper4"),
    Field::Slot("__os_arm64x_helper5"),
    Field::Slot("__os_arm64x_helper6"),
    Field::Slot("__os_arm64x_helper7"),
    Field::Slot("__os_arm64x_helper8"),
];

/// The ARM64EC half of a forwarder: a load configuration that points to the hybrid metadata, the metadata, and the
/// variables that the loader fills. All are in one section, because the loader makes writable only the section that
/// holds the first of them.
pub(super) fn ec_object() -> Result<Vec<u8>, ObjectError> {
    let mut builder = Builder::new(Architecture::Aarch64, ".rdata", READ_ONLY_DATA);
    builder.object.set_sub_architecture(Some(SubArchitecture::Arm64EC));
    let config = builder.load_config();

    let mut metadata = vec![0; 4 + 4 * METADATA.len()];
    metadata[0] = 1; // version
    let metadata_at = builder.data(&metadata, 8);
    let symbol = builder.define("__chpe_metadata", metadata_at, SymbolKind::Data);
    builder.relocate(config + CHPE_METADATA_POINTER, symbol, pe::IMAGE_REL_ARM64_ADDR64)?;

    for (index, field) in METADATA.into_iter().enumerate() {
        let at = metadata_at + 4 + 4 * index as u64;
        let (symbol, typ) = match field {
            Field::Slot(name) => {
                let slot = builder.data(&[0; 8], 8);
                (builder.define(name, slot, SymbolKind::Data), pe::IMAGE_REL_ARM64_ADDR32NB)
            }
            Field::Table(name) => (builder.undefined(name), pe::IMAGE_REL_ARM64_ADDR32NB),
            Field::Number(name) => (builder.undefined(name), pe::IMAGE_REL_ARM64_ADDR32),
        };
        builder.relocate(at, symbol, typ)?;
    }
    builder.object.write()
}

/// `__icall_helper_arm64ec`, through which ARM64EC code reaches an imported function that may be x64 code. The linker
/// refers to it as soon as the x64 view imports anything; Microsoft's is in its C runtime.
pub(super) fn icall_helper_object() -> Result<Vec<u8>, ObjectError> {
    const INSTRUCTIONS: [u32; 7] = [
        0xA9BF_7BFD, // stp  x29, x30, [sp, #-16]!
        0x9100_03FD, // mov  x29, sp
        0x9000_0010, // adrp x16, __os_arm64x_check_icall
        0xF940_0210, // ldr  x16, [x16, :lo12:__os_arm64x_check_icall]
        0xD63F_0200, // blr  x16: takes the function in x11, its exit thunk in x10; gives what to branch to in x11
        0xA8C1_7BFD, // ldp  x29, x30, [sp], #16
        0xD61F_0160, // br   x11
    ];
    // a packed RUNTIME_FUNCTION: Flag 1, 7 instructions, CR 3 (x29 and x30 are saved), a frame of 16 bytes
    // (https://learn.microsoft.com/cpp/build/arm64-exception-handling#packed-unwind-data)
    const UNWIND: u32 = 1 | 7 << 2 | 3 << 21 | 1 << 23;
    let mut builder = Builder::new(Architecture::Aarch64, ".text", CODE);
    builder.object.set_sub_architecture(Some(SubArchitecture::Arm64EC));
    let code: Vec<u8> = INSTRUCTIONS.into_iter().flat_map(u32::to_le_bytes).collect();
    let at = builder.data(&code, 16);
    let helper = builder.define("__icall_helper_arm64ec", at, SymbolKind::Text);
    let check = builder.undefined("__os_arm64x_check_icall");
    builder.relocate(at + 8, check, pe::IMAGE_REL_ARM64_PAGEBASE_REL21)?;
    builder.relocate(at + 12, check, pe::IMAGE_REL_ARM64_PAGEOFFSET_12L)?;
    builder.open(".pdata", READ_ONLY_DATA);
    let mut function = [0; 8];
    function[4..].copy_from_slice(&UNWIND.to_le_bytes());
    let entry = builder.data(&function, 4);
    builder.relocate(entry, helper, pe::IMAGE_REL_ARM64_ADDR32NB)?;
    builder.object.write()
}

/// A function that does nothing but return a number.
pub(super) struct Function<'a> {
    /// The name that it is exported under.
    pub(super) name: &'a str,
    /// How many parameters it has, each as wide as a register.
    pub(super) parameters: u16,
    /// What it returns, an `HRESULT`.
    pub(super) result: u32,
}

impl Function<'_> {
    /// The name of its symbol: on x86 `__stdcall` puts an underscore before the name and the length of the parameters
    /// behind it; the linker strips both from the exported name.
    fn symbol(&self, arch: Arch) -> String {
        match arch {
            Arch::X86 => format!("_{}@{}", self.name, 4 * self.parameters),
            Arch::X64 | Arch::Arm64 => self.name.to_owned(),
        }
    }

    /// Its machine code. No function touches the stack pointer beyond what `ret` does, so none needs unwind data.
    fn code(&self, arch: Arch) -> Vec<u8> {
        let result = self.result.to_le_bytes();
        match arch {
            Arch::X86 => {
                let mut code = vec![0xB8]; // mov eax, result
                code.extend(result);
                code.push(0xC2); // ret 4 * parameters: __stdcall has the callee remove them
                code.extend((4 * self.parameters).to_le_bytes());
                code
            }
            Arch::X64 => {
                let mut code = vec![0xB8]; // mov eax, result
                code.extend(result);
                code.push(0xC3); // ret
                code
            }
            Arch::Arm64 => {
                let (low, high) = (self.result & 0xFFFF, self.result >> 16);
                let words: [u32; 3] = [
                    0x5280_0000 | low << 5,  // movz w0, #low
                    0x72A0_0000 | high << 5, // movk w0, #high, lsl #16
                    0xD65F_03C0,             // ret
                ];
                words.into_iter().flat_map(u32::to_le_bytes).collect()
            }
        }
    }
}

/// The code of `functions` for one processor.
pub(super) fn code_object(arch: Arch, functions: &[Function<'_>]) -> Result<Vec<u8>, ObjectError> {
    let architecture = match arch {
        Arch::X86 => Architecture::I386,
        Arch::X64 => Architecture::X86_64,
        Arch::Arm64 => Architecture::Aarch64,
    };
    let mut builder = Builder::new(architecture, ".text", CODE);
    if arch == Arch::X86 {
        // bit 0: the code has no exception handlers, so it agrees with /safeseh
        builder.object.add_symbol(Symbol {
            name: b"@feat.00".to_vec(),
            value: 1,
            size: 0,
            kind: SymbolKind::Label,
            scope: SymbolScope::Compilation,
            weak: false,
            section: SymbolSection::Absolute,
            flags: SymbolFlags::None,
        });
    }
    for function in functions {
        let at = builder.data(&function.code(arch), 16);
        builder.define(&function.symbol(arch), at, SymbolKind::Text);
    }
    builder.object.write()
}

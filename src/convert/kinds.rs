//! What a conversion is, by the numbers and the names that `wix convert` has for them
//! (<https://docs.firegiant.com/wix/tools/wixexe/>); a settings file tells them apart by name.

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// WiX's number; 0 for what its converter does not do.
    pub number: u16,
    /// WiX's name, or ours.
    pub name: &'static str,
}

impl Kind {
    /// The code of a finding of this kind.
    #[must_use]
    pub fn code(self) -> String {
        match self.number {
            0 => format!("convert::{}", self.name),
            number => format!("WIX{number:04}"),
        }
    }
}

macro_rules! kinds {
    ($($constant:ident = $number:literal $name:literal;)*) => {
        $(pub(crate) const $constant: Kind = Kind { number: $number, name: $name };)*

        /// Every kind.
        pub const ALL: &[Kind] = &[$($constant),*];
    };
}

kinds! {
    XML = 1 "XmlException";
    BLANK_BEFORE_NODE = 2 "WhitespacePrecedingNodeWrong";
    BLANK_BEFORE_END = 3 "WhitespacePrecedingEndElementWrong";
    DECLARATION = 5 "DeclarationPresent";
    XMLNS_MISSING = 8 "XmlnsMissing";
    XMLNS_VALUE = 9 "XmlnsValueWrong";
    LOC_PREFIX_IN_TEXT = 10 "DeprecatedLocalizationVariablePrefixInTextValue";
    LOC_PREFIX_IN_ATTRIBUTE = 11 "DeprecatedLocalizationVariablePrefixInAttributeValue";
    FILE_ID = 12 "AssignAnonymousFileId";
    SIGNATURE_VERIFICATION = 13 "SuppressSignatureVerificationObsolete";
    WIX_CA = 14 "WixCABinaryIdRenamed";
    QUIET_EXEC = 15 "QuietExecCustomActionsRenamed";
    QUIET_EXEC_TIMEOUT = 16 "QtExecCmdTimeoutAmbiguous";
    DIRECTORY_NAME = 17 "AssignDirectoryNameFromShortName";
    BA_DATA = 18 "BootstrapperApplicationDataDeprecated";
    INHERITABLE = 19 "AssignPermissionExInheritable";
    COLUMN_CATEGORY = 20 "ColumnCategoryCamelCase";
    COLUMN_MODULARIZE = 21 "ColumnModularizeCamelCase";
    INNER_TEXT = 22 "InnerTextDeprecated";
    AUTO_GUID = 23 "AutoGuidUnnecessary";
    FEATURE_ABSENT = 24 "FeatureAbsentAttributeReplaced";
    FEATURE_ADVERTISE = 25 "FeatureAllowAdvertiseValueDeprecated";
    PUBLISH_ONE = 26 "PublishConditionOneUnnecessary";
    DPI_AWARENESS = 27 "AssignBootstrapperApplicationDpiAwareness";
    VARIABLE_TYPE = 28 "AssignVariableTypeFormatted";
    ACTION_KEYS = 29 "CustomActionKeysAreNowRefs";
    PRODUCT = 30 "ProductAndPackageRenamed";
    MODULE = 31 "ModuleAndPackageRenamed";
    MEDIA_TEMPLATE = 32 "DefaultMediaTemplate";
    UTIL_REGISTRY_SEARCH = 33 "UtilRegistryValueSearchBehaviorChange";
    INTERNAL_UI = 34 "DisplayInternalUiNotConvertable";
    INSTALLER_VERSION = 35 "InstallerVersionBehaviorChange";
    VERB_TARGET = 36 "VerbTargetNotConvertable";
    BA_DLL = 37 "BootstrapperApplicationDll";
    BA_DLL_REQUIRED = 38 "BootstrapperApplicationDllRequired";
    BA_LANGUAGES = 39 "BalUseUILanguagesDeprecated";
    BA_REF = 40 "BalBootstrapperApplicationRefToElement";
    EXE_COMMANDS = 41 "RenameExePackageCommandToArguments";
    WIN64 = 42 "Win64AttributeRenamed";
    WIN64_VALUE = 43 "Win64AttributeRenameCannotBeAutomatic";
    TAG = 44 "TagElementRenamed";
    DEPENDENCY = 45 "IntegratedDependencyNamespace";
    UNUSED_NAMESPACE = 46 "RemoveUnusedNamespaces";
    REMOTE_PAYLOAD = 47 "RemotePayloadRenamed";
    REMOTE_NAME = 48 "NameAttributeMovedToRemotePayload";
    REMOTE_COMPRESSED = 49 "CompressedAttributeUnnecessaryForRemotePayload";
    REMOTE_URL = 50 "DownloadUrlAttributeMovedToRemotePayload";
    BURN_HASH = 51 "BurnHashAlgorithmChanged";
    CUSTOM_TABLE = 52 "CustomTableNotAlwaysConvertable";
    CUSTOM_TABLE_REF = 53 "CustomTableRef";
    REGISTRY_ACTION = 54 "RegistryKeyActionObsolete";
    TAG_REF = 55 "TagRefElementRenamed";
    TAG_LICENSED = 56 "SoftwareTagLicensedObsolete";
    TAG_TYPE = 57 "SoftwareTagTypeObsolete";
    TARGETDIR = 58 "TargetDirDeprecated";
    STANDARD_DIRECTORY = 59 "DefiningStandardDirectoryDeprecated";
    REFERENCE = 60 "ReferencesReplaced";
    CACHE = 61 "BundlePackageCacheAttributeValueObsolete";
    MSU_KB = 62 "MsuPackageKBObsolete";
    MSU_PERMANENT = 63 "MsuPackagePermanentObsolete";
    NAMESPACE_PLACE = 64 "MoveNamespacesToRoot";
    ACTION_SUFFIX = 65 "CustomActionIdsIncludePlatformSuffix";
    STANDARD_REF = 66 "StandardDirectoryRefDeprecated";
    EMPTY_STANDARD_REF = 67 "EmptyStandardDirectoryRefNotConvertable";
    PREREQ_LICENSE = 68 "WixMbaPrereqLicenseUrlDeprecated";
    PREREQ_PACKAGE = 69 "WixMbaPrereqPackageIdDeprecated";
    TARGETDIR_REF = 70 "TargetDirRefRemoved";
    CERTIFICATE_BINARY = 71 "CertificateBinaryKeyIsNowBinaryRef";
    RELATED_ACTION = 72 "RelatedBundleActionLowercase";
    PRINT_EULA = 73 "WixUIPrintEulaCustomAction";
    RELATED_ID = 74 "RelatedBundleIdAttributeRenamed";
    RENAMED = 0 "renamed";
    GONE = 0 "gone";
    SHORT_NAMES = 0 "short_names";
    REGISTRY = 0 "registry";
    ALL_USERS = 0 "all_users";
    PLATFORM = 0 "platform";
    BITNESS_VARIABLE = 0 "bitness_variable";
    EXTENSION = 0 "extension";
    FILE_NAME_VARIABLE = 0 "file_name_variable";
    OLD_SOURCE = 0 "old_source";
}

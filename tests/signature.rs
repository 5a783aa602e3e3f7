//! Which signatures of RSA keys fit their certificates, and which keys are none.

use ancm_installer::signature::{Algorithm, Problem, Signature};

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |pair| u8::from_str_radix(pair, 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(|at| digit(&hex[at..at + 2])).collect()
}

/// A value in DER: its tag, its length and what it is made of.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).expect("a short one");
    let [high, low] = length.to_be_bytes();
    let length = match length {
        0..0x80 => vec![low],
        0x80..0x100 => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [&[tag][..], &length, &content].concat()
}

/// A PKCS #7 signature of a text, without attributes, that brings a certificate for `key`: RFC 5652, section 5.
fn signed(key: &[u8], algorithm: Algorithm, signature: &[u8]) -> Vec<u8> {
    let sequence = |parts: &[&[u8]]| der(0x30, parts);
    let [nobody, one] = [sequence(&[]), der(0x02, &[&[1]])];
    let hash = match algorithm {
        Algorithm::Sha1 => "06052b0e03021a",
        Algorithm::Sha256 => "0609608648016503040201",
        Algorithm::Sha384 => "0609608648016503040202",
        Algorithm::Sha512 => "0609608648016503040203",
    };
    let hash = sequence(&[&bytes(hash)]);
    let rsa = sequence(&[&bytes("06092a864886f70d010101"), &der(0x05, &[])]);
    let time = der(0x17, &[b"200101000000Z"]);
    let key = sequence(&[&rsa, &der(0x03, &[&[0], key])]);
    let of_certificate = sequence(&[&one, &rsa, &nobody, &sequence(&[&time, &time]), &nobody, &key]);
    let certificate = sequence(&[&of_certificate, &rsa, &der(0x03, &[&[0]])]);
    let text = der(0xa0, &[&der(0x04, &[b"what was signed"])]);
    let content = sequence(&[&bytes("06092a864886f70d010701"), &text]);
    let signer = sequence(&[&one, &sequence(&[&nobody, &one]), &hash, &rsa, &der(0x04, &[signature])]);
    let data = sequence(&[
        &one,
        &der(0x31, &[&hash]),
        &content,
        &der(0xa0, &[&certificate]),
        &der(0x31, &[&signer]),
    ]);
    sequence(&[&bytes("06092a864886f70d010702"), &der(0xa0, &[&data])])
}

/// What is wrong with a signature by `key`.
fn problem(key: &[u8], algorithm: Algorithm, signature: &[u8]) -> Option<Problem> {
    let read = Signature::read(&signed(key, algorithm, signature)).expect("a signature");
    assert_eq!(read.content, b"what was signed");
    read.problem
}

/// Whether the signature is one by `key`, which can be read.
fn verifies(key: &str, algorithm: Algorithm, signature: &str) -> bool {
    let problem = problem(&bytes(key), algorithm, &bytes(signature));
    let other = Problem::Wrong("the signature is not one by its certificate's key");
    assert!(problem.is_none() || problem == Some(other), "{problem:?}");
    problem.is_none()
}

/// Whether the key can be read and used.
fn is_key(key: &[u8]) -> bool {
    let unknown = Problem::Unknown("the certificate's key cannot be read".to_owned());
    problem(key, Algorithm::Sha256, &[1]) != Some(unknown)
}

/// Keys, and what they signed; OpenSSL 3 verified each. Some moduli are no whole number of digits or bytes.
const SIGNED: [(Algorithm, &str, &str); 4] = [
    (
        Algorithm::Sha1,
        "3046024100da16789a925cb21e6a712bb3e8bd43b36996b19a8b0f2e3ca312da63ed29f1ea5ee676c0895c0e9d9a88608ce2\
        77e4502bc88318c8143126010b902f14a1eb69020103",
        "4828303b59335214fbed4acc6ed9a499926aa76649962be99a9bfeb785c1a9037ac03bb03ee35680092c71ad102b7526fa1f\
        3cca450bae8b51c1e9147a1a2678",
    ),
    (
        Algorithm::Sha256,
        "304902420129d56c970a8eb9aeff401c58b60d7738ae5c988a412c92c76ce936f8f7b8ce3b89597f1aaff5562ab2cb3b7f95\
        aa735602677d021f72233e68655ca59862400b9b0203010001",
        "00b5fdae0d7b80e6a9d4d72f6286e0e101c2913c4102ad4efd8ff18c976c3b77c2f7b4cfdbe71b5a400bc418a34ea515d4f7\
        8e712ae5d06838f14d78f2be7387d382",
    ),
    (
        Algorithm::Sha512,
        "3066026101792b48dd1dff7103eed40f34a91aa72983f2cfaa7dc4f74e5f221a2aeaebfbea4da4877bdedfa7f1bda7f635df\
        9e3ac4ced37572903c64a9635d050dc50b0eef1b62adb7754f72e0d2da0c97ff2ca62d137f2243aa6d100c1f22c0a6cfda91\
        1d020111",
        "001bbe9ee357a0ad7133df3bbc05650359cce19aa34404405ceb470b3c17824f7fcb591f8f9767de29eb279b32647c18e7a9\
        2c5870e521d18d414c33dc66353cfc708ac13fba9d34d38f86fba83837ae1fc02a3762b064fd468682d1bfd41aa446",
    ),
    (
        Algorithm::Sha384,
        "3058025100c0bfdb436075a47c76a2ed9a91cc7fe55bc5dbcec1745b33cfdc29949d581ae777fdabbaebac0879ba40114a07\
        36fdacf20448df9baea0a32c712fc4943e80179630f39a8dd37cd598041783898700530203010001",
        "345a92f4ff73d40ed58f6daa1fa7789a191e0277f191b00fdbdec6bae7f0892cdc658712f6dd015c2d369f456abb36189257\
        360b8980c891a8e6a01997dfea3a150adca1133ebd41ef70129a6492ba26",
    ),
];

#[test]
fn what_a_key_signed_is_verified_and_nothing_else() {
    for (algorithm, key, signature) in SIGNED {
        assert!(verifies(key, algorithm, signature), "{algorithm:?}");
        let last = if signature.ends_with('0') { '1' } else { '0' };
        let altered = format!("{}{last}", &signature[..signature.len() - 1]);
        assert!(!verifies(key, algorithm, &altered), "{algorithm:?}");
        assert!(!verifies(key, algorithm, &format!("00{signature}")), "{algorithm:?}: too long");
        assert!(!verifies(key, algorithm, &signature[2..]), "{algorithm:?}: too short");
        for (_, other, _) in SIGNED.iter().filter(|(_, other, _)| *other != key) {
            assert!(!verifies(other, algorithm, signature), "{algorithm:?}: another key");
        }
    }
}

/// Made with the private key of an exponent of 3, with which who has no key makes the first one (CVE-2006-4339).
#[test]
fn a_padding_that_is_not_the_one_is_refused() {
    let (algorithm, key, _) = SIGNED[0];
    for (why, signature) in [
        (
            "bytes behind the hash",
            "498f884ee5b49cbd034390366a7650f219df4f8a6512c11e1f0780ae7807c20bfdb2f688de84cc6fc6bb2671e82f08095f29\
            0002dd22718937b0a7968c514af8",
        ),
        (
            "something else in the padding",
            "c32e865d4bfca16203d6144befab1718476d68a341dff7463936b13dc65d20076fbf88e486c41058cd5f220665c03278f3bf\
            7b948056f729498269f0a3e1e91b",
        ),
        (
            "the padding of what is encrypted",
            "c6b750ca5fe27b1365a976260cc2586625c1cdd3c4541585b616e64794c682dc44818d8373ccc3a69c0c1277a85d706a6ca8\
            a15f574069d998b5a1c46749e5f2",
        ),
        (
            "a hash algorithm without its parameters",
            "22e88357c78a2be1b6bc766d44a4b3c82335d6ade02ab36860d9d7c43f32dfd91cc3200c9424e0ab4904d4d378b9a6eea156\
            7a7a9552dab13199e061d712f285",
        ),
    ] {
        assert!(!verifies(key, algorithm, signature), "{why}");
    }
}

#[test]
fn a_signature_that_is_no_less_than_the_modulus_is_refused() {
    let (algorithm, key, _) = SIGNED[2];
    // the signature and the modulus, added
    let signature = "0194e9e7c075a01e7522b34af0ae7faa8350d46a4dc1c937ab4a692567026e4b6a18fda70b7647861ba8cf9168441a53ac77\
        ffcde3755e3636a4a938ea2b404beb8bed6ef72feca7b4626108403764544cd3a959a65ad20d52a5a59266a3f53563";
    assert!(!verifies(key, algorithm, signature));
}

#[test]
fn a_key_that_could_not_be_used_is_none() {
    for (why, key) in [
        ("nothing", ""),
        ("an even modulus", "30070202_0100_020103"),
        ("an exponent of 1, with which everything is signed", "30070202_0101_020101"),
        ("an even exponent", "30070202_0101_020102"),
        ("a negative modulus", "30060201_81_020103"),
        ("a modulus of 0", "30060201_00_020103"),
        ("an exponent of 72 bits", "300f0202_0101_0209010000000000000001"),
        ("bytes behind it", "30070202_0101_020103_00"),
    ] {
        assert!(!is_key(&bytes(&key.replace('_', ""))), "{why}");
    }
    let long = |length: usize| is_key(&der(0x30, &[&der(0x02, &[&vec![1; length]]), &[2, 1, 3]]));
    assert!(long(512) && !long(513));
}

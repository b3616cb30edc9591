//! How fast is the scan: on ordinary prose in a few languages, on text full of digits, and on texts made to be slow.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use firstword_wire::scan::{Keywords, scan};
use std::hint::black_box;

/// Texts of about this many bytes, so that the figure is one of throughput.
const SIZE: usize = 64 * 1024;

/// A name, and what is repeated up to [`SIZE`].
const TEXTS: &[(&str, &str)] = &[
    (
        "english prose",
        "Good morning, the parcel left our store on Monday and should reach you before the end of the week. ",
    ),
    (
        "french prose",
        "Bonjour, votre colis a quitté notre dépôt lundi et devrait être livré à l'adresse indiquée avant la fin de la semaine. ",
    ),
    ("russian prose", "Здравствуйте, ваша посылка уже в пути и будет доставлена до конца недели. "),
    ("chinese prose", "您好，您的包裹已于星期一发出，预计本周末之前送达。"),
    (
        "order mail",
        "Order 4500012345 of 2024-05-16 09:00, tracking 1Z999AA10123456784, call +33 6 12 34 56 78. ",
    ),
    (
        "request words",
        "The bank told you about the card, and that your passport is here in the office of the company of the town. ",
    ),
    ("digits", "4929471829384756"),
    ("grouped digits", "4929 4718 2938 4755 "),
    ("single digits", "4 9 2 9 4 7 1 8 "),
    ("mixed groups", "4929 471 82 9 38554 4013 1234567890123 22 "),
    ("account heads", "GT12GT34 LC12 LCAB "),
    ("zone starts", "P<PP<A0<I<V0P 12345678 "),
    ("linking words", "number of the of the card de la "),
    ("marks", "4\u{301}\u{301}\u{301}\u{301}\u{200b}"),
    ("decompositions", "\u{fdfa}½㌖①é㏂"),
    ("astral", "𝐤𝐚𝐫𝐭𝟒𝟗𝟐𝟗"),
];

fn throughput(c: &mut Criterion) {
    let mut group = c.benchmark_group("scan");
    for (name, piece) in TEXTS {
        let text = piece.repeat(SIZE / piece.len());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &text, |b, text| {
            b.iter(|| scan(black_box(text)));
        });
    }
    group.finish();
}

fn short_messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("message");
    let keywords = Keywords::new(["stop", "arrêt", "unsubscribe"], ["start"]);
    for text in
        ["Ok, see you tomorrow at nine then!", "À demain, neuf heures, devant l'entrée !", "STOP"]
    {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("scan", text), text, |b, text| {
            b.iter(|| scan(black_box(text)));
        });
        group.bench_with_input(BenchmarkId::new("keywords", text), text, |b, text| {
            b.iter(|| keywords.find(black_box(text)));
        });
    }
    group.finish();
}

criterion_group!(benches, throughput, short_messages);
criterion_main!(benches);

//! What people and businesses write: short texts in six languages, all made up for this file.
//!
//! A `#` stands for a number of five digits. The card numbers and the account number are the ones
//! that payment firms and standards print as examples; they belong to nobody.

use super::draw::{Draw, pick};

/// The language that somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    French,
    German,
    Spanish,
    Portuguese,
    Italian,
}

impl Tongue {
    /// The language of a region.
    pub(super) fn of(region: &str) -> Self {
        match region.split('-').next().unwrap_or_default() {
            "FR" | "BE" => Self::French,
            "DE" => Self::German,
            "ES" | "MX" => Self::Spanish,
            "BR" | "PT" => Self::Portuguese,
            "IT" => Self::Italian,
            _ => Self::English,
        }
    }
}

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Between people.
    Chat,
    /// A person asks a business something.
    Question,
    /// A business answers.
    Service,
    /// A business reports.
    Utility,
    /// A business sends a code.
    Authentication,
    /// A business wants to sell.
    Marketing,
    /// A person wants no more of it.
    Stop,
    /// A person wants it again.
    Start,
    /// A person gives a card number or an account number away.
    Card,
    /// A business asks for one.
    AsksForCard,
}

impl Topic {
    /// The content kind that a scan of such a text finds, if any.
    pub(super) fn finding(self) -> Option<&'static str> {
        match self {
            Self::Stop => Some("opt_out"),
            Self::Start => Some("opt_in"),
            Self::Card => Some("payment_card"),
            Self::AsksForCard => Some("asks_for_sensitive"),
            _ => None,
        }
    }

    /// Whether the text says what it says by being just that word.
    pub(super) fn is_a_keyword(self) -> bool {
        matches!(self, Self::Stop | Self::Start)
    }
}

/// Puts a text about something into `text`.
pub(super) fn compose(text: &mut String, tongue: Tongue, topic: Topic, draw: &mut Draw) {
    text.clear();
    append(text, tongue, topic, draw);
}

/// Chats on until the text has so many characters, and no more.
pub(super) fn lengthen(text: &mut String, tongue: Tongue, length: u16, draw: &mut Draw) {
    let length = usize::from(length);
    while text.chars().count() < length {
        text.push(' ');
        append(text, tongue, Topic::Chat, draw);
    }
    let end = text.char_indices().nth(length).map_or(text.len(), |(end, _)| end);
    text.truncate(end);
}

fn append(text: &mut String, tongue: Tongue, topic: Topic, draw: &mut Draw) {
    for part in pick(list(tongue, topic), draw.bits()).split_inclusive('#') {
        match part.strip_suffix('#') {
            Some(before) => {
                text.push_str(before);
                text.push_str(itoa::Buffer::new().format(10_000 + draw.below(90_000)));
            }
            None => text.push_str(part),
        }
    }
}

fn list(tongue: Tongue, topic: Topic) -> &'static [&'static str] {
    use Tongue::*;
    match (topic, tongue) {
        (Topic::Chat, English) => &[
            "ok",
            "On my way",
            "haha 😂",
            "Where are you?",
            "See you at 8",
            "Thanks!!",
            "Did you eat?",
            "Call me when you can",
            "Good morning ☀️",
            "I'll be ten minutes late, sorry",
            "Have you seen the match? What a goal",
            "Can you bring milk and bread on your way home please",
            "No worries",
            "Lol \"no comment\"",
            "Happy birthday 🎂🎉 have a wonderful day with all of them",
        ],
        (Topic::Chat, French) => &[
            "ok",
            "J'arrive",
            "mdr 😂",
            "T'es où ?",
            "À ce soir",
            "Merci beaucoup",
            "On mange quoi ce soir ?",
            "Bon courage pour demain, tout ira bien",
            "Tu peux prendre du pain en rentrant ?",
            "Désolé, j'ai raté le métro",
            "Ça marche",
            "Joyeux anniversaire 🎂",
        ],
        (Topic::Chat, German) => &[
            "ok",
            "Bin unterwegs",
            "😂😂",
            "Wo bist du?",
            "Bis später",
            "Danke schön!",
            "Hast du schon gegessen?",
            "Kannst du bitte Brötchen mitbringen?",
            "Der Zug hat mal wieder Verspätung",
            "Schönen Feierabend",
            "Alles klar",
            "Grüße an deine Mutter",
        ],
        (Topic::Chat, Spanish) => &[
            "vale",
            "Ya voy",
            "jajaja 😂",
            "¿Dónde estás?",
            "Nos vemos luego",
            "Muchas gracias",
            "¿Qué hacemos mañana?",
            "Llegaré un poco tarde, lo siento",
            "Buenos días ☀️",
            "Un abrazo",
        ],
        (Topic::Chat, Portuguese) => &[
            "ok",
            "Tô chegando",
            "kkkkk 😂",
            "Cadê você?",
            "Até amanhã",
            "Muito obrigada",
            "Você já almoçou?",
            "Bom dia, família 🙏",
            "Traz pão quando vier, por favor",
            "Não consegui ligar ontem",
            "Beijos",
        ],
        (Topic::Chat, Italian) => &[
            "ok",
            "Arrivo",
            "ahahah 😂",
            "Dove sei?",
            "A dopo",
            "Grazie mille",
            "Che si mangia stasera?",
            "Perché non vieni con noi domenica?",
            "Buongiorno ☀️",
            "Ci sentiamo domani",
        ],

        (Topic::Question, English) => &[
            "Hi, where is my order #?",
            "Are you open on Sunday?",
            "I would like to move my appointment",
            "Thank you, that helped",
            "My parcel is damaged, what now?",
            "Yes please",
        ],
        (Topic::Question, French) => &[
            "Bonjour, où est ma commande # ?",
            "Êtes-vous ouverts dimanche ?",
            "Je voudrais déplacer mon rendez-vous",
            "Merci pour votre aide",
            "Oui, s'il vous plaît",
        ],
        (Topic::Question, German) => &[
            "Guten Tag, wo bleibt Bestellung #?",
            "Haben Sie am Samstag geöffnet?",
            "Ich möchte meinen Termin verschieben",
            "Danke, das hat geholfen",
            "Ja bitte",
        ],
        (Topic::Question, Spanish) => &[
            "Hola, ¿dónde está mi pedido #?",
            "¿Abren el domingo?",
            "Quisiera cambiar mi cita",
            "Gracias por la ayuda",
        ],
        (Topic::Question, Portuguese) => &[
            "Olá, cadê o meu pedido #?",
            "Vocês abrem no domingo?",
            "Queria remarcar a consulta",
            "Obrigado pela ajuda",
        ],
        (Topic::Question, Italian) => &[
            "Salve, dov'è il mio ordine #?",
            "Siete aperti domenica?",
            "Vorrei spostare l'appuntamento",
            "Grazie dell'aiuto",
        ],

        (Topic::Service, English) => &[
            "Hello, how can we help?",
            "Your order # left our warehouse this morning.",
            "We are open from 9 to 18, on Saturdays until 14.",
            "Done. Is there anything else?",
            "We have passed this on to our team and will come back to you within one working day.",
        ],
        (Topic::Service, French) => &[
            "Bonjour, comment pouvons-nous vous aider ?",
            "Votre commande # est partie ce matin.",
            "Nous sommes ouverts de 9 h à 18 h.",
            "C'est fait. Autre chose ?",
        ],
        (Topic::Service, German) => &[
            "Guten Tag, wie können wir helfen?",
            "Ihre Bestellung # ist heute früh rausgegangen.",
            "Wir haben von 9 bis 18 Uhr geöffnet.",
            "Erledigt. Können wir noch etwas für Sie tun?",
        ],
        (Topic::Service, Spanish) => &[
            "Hola, ¿en qué podemos ayudarle?",
            "Su pedido # salió esta mañana.",
            "Abrimos de 9 a 18 h.",
            "Listo. ¿Algo más?",
        ],
        (Topic::Service, Portuguese) => &[
            "Olá, como podemos ajudar?",
            "Seu pedido # saiu hoje de manhã.",
            "Abrimos das 9 às 18 h.",
            "Pronto. Algo mais?",
        ],
        (Topic::Service, Italian) => &[
            "Buongiorno, come possiamo aiutarla?",
            "Il suo ordine # è partito stamattina.",
            "Siamo aperti dalle 9 alle 18.",
            "Fatto. Serve altro?",
        ],

        (Topic::Utility, English) => &[
            "Your parcel # arrives today between 14:00 and 16:00.",
            "Reminder: your appointment is tomorrow at 10:30.",
            "Your invoice # is ready in your account.",
            "Your table is booked for 20:00.",
        ],
        (Topic::Utility, French) => &[
            "Votre colis # arrive aujourd'hui entre 14 h et 16 h.",
            "Rappel : votre rendez-vous est demain à 10 h 30.",
            "Votre facture # est disponible.",
        ],
        (Topic::Utility, German) => &[
            "Ihr Paket # kommt heute zwischen 14 und 16 Uhr.",
            "Erinnerung: Ihr Termin ist morgen um 10:30 Uhr.",
            "Ihre Rechnung # liegt bereit.",
        ],
        (Topic::Utility, Spanish) => &[
            "Su paquete # llega hoy entre las 14 y las 16 h.",
            "Recuerde: su cita es mañana a las 10:30.",
        ],
        (Topic::Utility, Portuguese) => &[
            "Seu pacote # chega hoje entre 14 e 16 h.",
            "Lembrete: sua consulta é amanhã às 10:30.",
        ],
        (Topic::Utility, Italian) => &[
            "Il suo pacco # arriva oggi tra le 14 e le 16.",
            "Promemoria: il suo appuntamento è domani alle 10:30.",
        ],

        (Topic::Authentication, English) => {
            &["# is your code. Tell it to nobody.", "Your login code: #"]
        }
        (Topic::Authentication, French) => &["# est votre code de connexion."],
        (Topic::Authentication, German) => &["# ist Ihr Code. Geben Sie ihn niemandem."],
        (Topic::Authentication, Spanish) => &["# es su código de acceso."],
        (Topic::Authentication, Portuguese) => &["# é o seu código de acesso."],
        (Topic::Authentication, Italian) => &["# è il suo codice di accesso."],

        (Topic::Marketing, English) => &[
            "20% off everything this weekend! Reply STOP to end.",
            "Our new collection is here 🛍️ Be the first to see it. Reply STOP to unsubscribe.",
            "We miss you! Come back and your delivery is free until Sunday.",
        ],
        (Topic::Marketing, French) => &[
            "-20 % sur tout ce week-end ! STOP pour ne plus rien recevoir.",
            "La nouvelle collection est là 🛍️ Livraison offerte jusqu'à dimanche.",
        ],
        (Topic::Marketing, German) => &[
            "Dieses Wochenende 20 % auf alles! Ende mit STOP.",
            "Die neue Kollektion ist da 🛍️ Bis Sonntag liefern wir kostenlos.",
        ],
        (Topic::Marketing, Spanish) => &[
            "¡20 % de descuento este fin de semana! Responda BAJA para no recibir más.",
            "Ya está aquí la nueva colección 🛍️",
        ],
        (Topic::Marketing, Portuguese) => &[
            "20% de desconto só neste fim de semana! Responda SAIR para não receber mais.",
            "A nova coleção chegou 🛍️",
        ],
        (Topic::Marketing, Italian) => &[
            "Sconto del 20% solo questo fine settimana! Rispondi STOP per non ricevere altro.",
            "È arrivata la nuova collezione 🛍️",
        ],

        (Topic::Stop, English) => {
            &["STOP", "Stop", "stop.", "Unsubscribe", "UNSUBSCRIBE", "\u{feff}STOP!"]
        }
        (Topic::Stop, French) => &["ARRET", "Arrêt", "arrêt !", "STOP"],
        (Topic::Stop, German) => &["STOP", "Stopp", "ABMELDEN"],
        (Topic::Stop, Spanish) => &["BAJA", "Baja", "STOP"],
        (Topic::Stop, Portuguese) => &["SAIR", "Sair", "PARAR"],
        (Topic::Stop, Italian) => &["STOP", "Stop", "CANCELLAMI"],

        (Topic::Start, _) => &["START", "Start", "start"],

        (Topic::Card, English) => &[
            "Sure, my card is 4111 1111 1111 1111, valid until 12/26",
            "Pay with 5555-5555-5555-4444 please",
            "Please refund to DE89 3704 0044 0532 0130 00",
        ],
        (Topic::Card, French) => &[
            "Voici ma carte : 4242 4242 4242 4242",
            "Mon IBAN est FR14 2004 1010 0505 0001 3M02 606",
        ],
        (Topic::Card, German) => &[
            "Meine Karte ist 4000-0566-5566-5556",
            "Meine IBAN lautet DE89 3704 0044 0532 0130 00",
        ],
        (Topic::Card, Spanish) => &["Mi tarjeta es 4242424242424242"],
        (Topic::Card, Portuguese) => &["Meu cartão é 5555 5555 5555 4444"],
        (Topic::Card, Italian) => &["La mia carta è 3782 822463 10005"],

        (Topic::AsksForCard, English) => &[
            "Please send us your card number so that we can continue.",
            "To confirm, what is your credit card number?",
        ],
        (Topic::AsksForCard, French) => &["Merci de nous envoyer votre numéro de carte."],
        (Topic::AsksForCard, German) => &["Bitte senden Sie uns Ihre Kreditkartennummer."],
        (Topic::AsksForCard, Spanish) => &["Por favor, envíenos su número de tarjeta."],
        (Topic::AsksForCard, Portuguese) => &["Por favor, envie o número do seu cartão."],
        (Topic::AsksForCard, Italian) => &["Per favore, ci invii il numero della sua carta."],
    }
}

//! The words of requests for sensitive data, in six languages: data only.
//!
//! A phrase is a sequence of words without accents, in small letters. `a|b` is either word; `~` is any number of
//! linking words (those of [`Role::Link`]), none included. Phrases of one role stand together, by language; a
//! phrase that two languages share stands once.

/// What a phrase does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::scan) enum Role {
    /// What must not be asked for: a full number, or a document or a picture of it.
    Object,
    /// Makes something else of the object beside it: a loyalty card, or an account to pay to.
    Another,
    /// A verb of giving, as in "send": no request where the speaker is who gives.
    Give,
    /// A request whoever is the subject: "we need", "what is".
    Ask,
    /// A request that follows its object: "is required".
    Wanted,
    /// A request by itself right beside the object: "card number, please".
    Please,
    /// Negates what is asked for in the same clause.
    Not,
    /// Negates what was asked for right before: "geben Sie Ihre Kartennummer niemals weiter".
    NotAfter,
    /// Negates only the verb right after it: "no" is too many other things, and "avez donné" is no request.
    NotNext,
    /// Lifts a negation: "do not hesitate to", "do not forget to".
    DoNotMiss,
    /// Ends the reach of a negation: "but".
    But,
    /// Only a part of the number: "last four digits".
    Part,
    /// The whole after all: "full".
    Whole,
    /// The object is the speaker's own: "my card number".
    Mine,
    /// As `Mine`, but only right before the object.
    MineNext,
    /// The speaker as the subject of the verb that follows: "I will send".
    Speaker,
    /// The speaker as the subject of the verb right before: "senden wir".
    SpeakerAfter,
    /// The one who is spoken to: ends the reach of `Speaker`.
    You,
    /// An article, pronoun or preposition, or a word that qualifies a card.
    Link,
}

/// The phrases of one role.
pub(in crate::scan) struct Phrases {
    pub(in crate::scan) role: Role,
    /// English, French, German, Spanish, Portuguese, Italian, or any: with its phrases.
    pub(in crate::scan) by_language: &'static [(&'static str, &'static [&'static str])],
}

/// Every phrase the scan knows.
#[rustfmt::skip]
pub(in crate::scan) static PHRASES: &[Phrases] = &[
    Phrases { role: Role::Object, by_language: &[
        ("any", &[
            "iban|ibans", "cvv|cvv2|cvc|cvc2",
        ]),
        ("English", &[
            "card|cards number|numbers|no|num|nr|digits|details|info|information|data",
            "cardnumber|cardnumbers|creditcardnumber",
            "number|numbers|digits|details ~ card|cards",
            "photo|picture|pic|image|scan|copy|front|back|sides ~ credit|debit|bank|payment card",
            "security code ~ card",
            "bank account|acct number|no|num|details|info|information",
            "bank details", "number ~ bank account",
            "social security number|no|num", "ssn", "number ~ social security",
            "national insurance number|no",
            "national id|identity|identification number|no",
            "passport number|no|num|details|information|info|data|photo|picture|copy|scan|page",
            "id|identity|identification card number|no|details|photo|picture|copy|scan",
            "id number", "identification number",
            "number|details|photo|picture|pic|image|scan|copy|page|front|back|sides|selfie ~ passport|identification",
            "photo|picture|pic|scan|copy|front|back|sides|selfie ~ id", "number of your|the id",
            "number|details|photo|picture|pic|image|scan|copy|page|front|back|sides|selfie ~ identity|id|identification card|document",
            "your passport|ssn", "your identity|id|identification card", "your national id",
        ]),
        ("French", &[
            "numero|numeros|num|n|no|chiffres|coordonnees|donnees|informations|infos|details ~ carte|cb",
            "photo|copie|scan|image|recto|verso ~ carte bancaire|bleue|visa|mastercard|identite|nationale",
            "photo|copie|scan|image|recto|verso ~ carte de credit|paiement",
            "photo|copie|scan|image|recto|verso ~ carte d identite",
            "cryptogramme",
            "numero|num|n|no|coordonnees ~ compte bancaire", "coordonnees bancaires",
            "releve d identite bancaire", "votre|ton|vos|le|un|du rib",
            "numero|num|n|no ~ securite sociale", "numero|num|n|no ~ secu", "numero|num|n|no ~ nir", "votre|ton nir",
            "numero|photo|copie|scan ~ carte vitale",
            "numero|num|n|no|photo|copie|scan|image|page ~ passeport|cni",
            "numero|num|n|no|photo|copie|scan|image|recto|verso ~ piece|carte|titre ~ identite|sejour",
            "votre|ton|vos|ta passeport|cni", "votre|ta|ton piece|carte|titre d|de identite|sejour",
            "piece d identite",
        ]),
        ("German", &[
            "kartennummer|kartennummern|kreditkartennummer|kreditkartennummern|bankkartennummer|debitkartennummer|girokartennummer",
            "kreditkartendaten|kartendaten|kreditkarteninformationen|kartenprufnummer|kartenpruefnummer|kartenprufziffer",
            "nummer|nummern|daten|ziffern ~ karte|kreditkarte|bankkarte|debitkarte|girokarte",
            "foto|bild|kopie|scan|vorderseite|ruckseite ~ kreditkarte|bankkarte|debitkarte|girokarte",
            "kontonummer|bankkontonummer|bankverbindung|bankdaten|kontodaten",
            "sozialversicherungsnummer|rentenversicherungsnummer|steueridentifikationsnummer|steuerid", "steuer id",
            "personalausweisnummer|ausweisnummer|reisepassnummer|passnummer|ausweiskopie|passkopie|personalausweiskopie",
            "nummer|foto|bild|kopie|scan|vorderseite|ruckseite|seiten ~ personalausweis|personalausweises|ausweis|ausweises|reisepass|reisepasses",
            "ihren|deinen|ihr|dein|ihres|deines personalausweis|reisepass|ausweis",
        ]),
        ("Spanish", &[
            "numero|numeros|num|n|datos|digitos|informacion ~ tarjeta",
            "foto|copia|imagen|escaneo ~ tarjeta ~ credito|debito|bancaria|identidad|ciudadania",
            "codigo ~ seguridad ~ tarjeta",
            "numero|datos ~ cuenta bancaria", "datos bancarios", "numero ~ cuenta de banco", "clabe|cbu",
            "numero ~ seguridad social", "numero ~ seguro social",
            "numero|num|n|foto|copia|imagen ~ dni|nie|curp|cedula|pasaporte",
            "numero|num|foto|copia|imagen ~ documento|carnet|carne|tarjeta ~ identidad",
            "su|tu|vuestro dni|nie|pasaporte|curp|cedula",
        ]),
        ("Portuguese", &[
            "numero|numeros|num|n|dados|digitos|informacoes ~ cartao",
            "foto|copia|imagem|frente|verso ~ cartao ~ credito|debito|bancario|cidadao",
            "codigo ~ seguranca ~ cartao",
            "numero|dados ~ conta bancaria", "dados bancarios",
            "numero ~ seguranca social",
            "numero|num|n|foto|copia|imagem ~ cpf|rg|nif|passaporte|cnh|identidade",
            "numero|num|foto|copia|imagem ~ bilhete|carteira|documento|cartao ~ identidade|cidadao",
            "seu|teu|o cpf|rg|nif|passaporte",
        ]),
        ("Italian", &[
            "numero|numeri|num|n|dati|cifre ~ carta|carte",
            "foto|copia|scansione|immagine|fronte|retro ~ carta ~ credito|debito|identita",
            "codice ~ sicurezza ~ carta",
            "numero|dati ~ conto bancario|corrente", "coordinate bancarie", "dati bancari",
            "codice fiscale",
            "numero|num|n|foto|copia|scansione|immagine ~ passaporto", "numero|foto|copia|scansione ~ carta ~ identita",
            "numero|foto|copia|scansione|immagine ~ documento ~ identita",
            "tuo|suo|vostro passaporto", "tua|sua|vostra carta d identita", "tuo|suo|vostro documento ~ identita",
        ]),
    ] },
    Phrases { role: Role::Another, by_language: &[
        ("English", &[
            "gift|loyalty|sim|membership|member|library|report|score|store|reward|rewards|points|business|student|transport|club card|cards",
            "to|towards ~ iban", "below iban", "our ~ iban",
        ]),
        ("French", &[
            "carte ~ fidelite|cadeau|sim|membre|adherent|etudiant|transport|visite|embarquement|grise",
            "sur|vers ~ iban",
        ]),
        ("German", &["auf|an ~ iban|kontonummer|bankverbindung"]),
        ("Spanish", &["tarjeta ~ regalo|fidelidad|embarque|sim|socio|visita|transporte", "al|a ~ iban"]),
        ("Portuguese", &["cartao ~ presente|fidelidade|embarque|sim|socio|visita|transporte", "para ~ iban"]),
        ("Italian", &["carta ~ regalo|fedelta|imbarco|sim|socio|visita", "sull|all ~ iban"]),
    ] },
    Phrases { role: Role::Give, by_language: &[
        ("English", &[
            "send|give|provide|share|enter|submit|supply|type|reply|respond|upload|forward|write",
            "confirm|verify|disclose|attach|fill|insert|input",
            "tell|text|email|mail|message|dm me|us", "let me|us ~ have|know", "show me|us", "drop me|us", "hand over", "mind ~ sharing|sending|giving|providing", "read me|us|out",
        ]),
        ("French", &[
            "envoyez|envoie|envoies|envoyer|donnez|donne|donner|fournissez|fournir|fournis|communiquez|communiquer|communique",
            "transmettez|transmettre|transmets|indiquez|indiquer|indique|saisissez|saisir|saisis|entrez|entrer|tapez|taper",
            "precisez|preciser|precise|partagez|partager|partage|ecrivez|ecrire|ecris|renseignez|renseigner|renseigne",
            "confirmez|confirmer|confirme|verifiez|verifier|dites|dis|montrez|remplissez|remplir|parvenir|adressez|adresser",
            "repondez|repondre|notez|joignez|joindre|rappelez|filez|file|passez|passe",
        ]),
        ("German", &[
            "senden|sende|sendet|schicken|schick|schicke|schickt|geben|gib|gebt|nennen|nenn|nenne|nennt|mitteilen|mitzuteilen|teilen|teil|teile",
            "ubermitteln|ubermittle|uebermitteln|angeben|anzugeben|eingeben|einzugeben|tippen|schreiben|schreib|bestatigen|bestatige|bestaetigen|bestatigt",
            "zusenden|zuzusenden|zuschicken|zuzuschicken|hochladen|hochzuladen|verraten|sagen|sag|sagt|uberprufen|weiterleiten|mailen|eintragen|hinterlegen|lade", "laden sie",
        ]),
        ("Spanish", &[
            "envie|envia|enviar|envien|envieme|envienos|enviame|envianos|enviarme|enviarnos|enviarlo",
            "mande|manda|mandar|manden|mandame|mandeme|mandenos|mandanos|mandarme|mandarnos",
            "deme|denos|dame|danos|darme|darnos|proporcione|proporciona|proporcionar|proporcioneme|proporcionenos|proporcionarme|proporcionarnos",
            "facilite|facilita|facilitar|faciliteme|facilitenos|facilitarme|facilitarnos|indique|indica|indicar|indiqueme|indiquenos|indicarme|indicarnos",
            "introduzca|introduce|introducir|ingrese|ingresa|ingresar|comparta|comparte|compartir|compartirme|escriba|escribe|escribir",
            "confirme|confirma|confirmar|confirmeme|confirmenos|confirmarme|confirmarnos|verifique|verifica|verificar|diga|dime|digame|diganos|decirme|decirnos",
            "pase|pasa|pasame|paseme|pasar|pasarme|responda|adjunte|adjunta|adjuntar|suba|rellene|comunique|remita|ponga",
        ]),
        ("Portuguese", &[
            "enviem|enviarem|mandem|forneca|fornecer|fornece|fornecam|informe|informar|informa|informem",
            "passar|passem|digite|digitar|digita|insira|inserir|introduza|introduzir|diga|diz|dizer|compartilhe|compartilhar|compartilha|partilhe|partilhar",
            "escreva|escrever|preencha|anexe|anexar|coloque|dar", "me de", "da me",
        ]),
        ("Italian", &[
            "invia|invii|inviare|inviami|inviaci|inviateci|inviatemi|inviate|inviarci|inviarmi|mandi|mandare|mandami|mandaci|mandarmi|mandarci|mandatemi|mandateci",
            "dare|dammi|dacci|darmi|darci|dateci|datemi|fornisca|fornisci|fornire|fornirci|fornirmi|forniteci|fornite|fornirmi",
            "comunichi|comunica|comunicare|comunicarci|comunicateci|comunicami|comunicarmi|indichi|indicarci|indicare|inserisca|inserisci|inserire|inserite",
            "digiti|digitare|condivida|condividi|condividere|scriva|scrivi|scrivere|scrivimi|scriverci|scrivici|confermi|conferma|confermare|confermarci",
            "verifichi|verificare|dica|dimmi|dirmi|dirci|alleghi|allega|allegare|trasmetta|passi|passami|risponda|compili|carichi", "mi|ci dia|da",
        ]),
    ] },
    Phrases { role: Role::Ask, by_language: &[
        ("English", &[
            "need|needs|require|requires|want|wants|requesting",
            "ask|asks|asking ~ for", "we request", "what is|are|s", "whats", "could|can|may|might i|we ~ have|get|see",
            "looking for", "would like",
        ]),
        ("French", &[
            "quel|quelle|quels|quelles est|sont|etait", "c est quoi", "besoin", "il me|nous|m faut", "il faut", "demandons|demande|demandez",
            "voudrais|voudrions|aimerais|aimerions|souhaite|souhaitons|exigeons|attendons", "puis|pourrais|pourrions|peut|pouvons je|nous|on ~ avoir",
            "manque|manquent",
        ]),
        ("German", &[
            "brauchen|brauche|braucht|benotigen|benotige|benoetigen|benoetige|verlangen|verlange", "wie|was lautet|lauten|ist|sind",
            "bitten|bitte|bittet ~ um", "konnen|konnten|konntest|kannst|koennen|wurden|wurdest|wuerden sie|du ~ mir|uns", "hatte|hatten|haette gern|gerne", "fehlt|fehlen",
        ]),
        ("Spanish", &[
            "necesito|necesitamos|necesita|requerimos|requiero|requiere", "cual|cuales es|son|era", "solicito|solicitamos|pido|pedimos|pide",
            "quiero|queremos|quisiera|falta|faltan",
        ]),
        ("Portuguese", &[
            "preciso|precisamos|precisa|necessito|necessitamos", "qual|quais ~ e|sao|seu|sua|o|a|os", "pecamos|peco|exigimos|gostaria|gostariamos",
        ]),
        ("Italian", &[
            "bisogno", "qual|quale|quali ~ e|sono", "serve|servono|servirebbe|occorre|occorrono|richiediamo|chiediamo|chiedo|vorrei|vorremmo|vogliamo|necessitiamo|manca|mancano",
            "posso|possiamo|potrei ~ avere",
        ]),
    ] },
    Phrases { role: Role::Wanted, by_language: &[
        ("English", &["is|are ~ required|needed|necessary|missing|mandatory", "send|give|provide|share|text|email|forward it|them"]),
        ("French", &["est|sont ~ requis|requise|requises|necessaire|necessaires|obligatoire|obligatoires"]),
        ("German", &["erforderlich|benotigt|benoetigt|notwendig"]),
        ("Spanish", &["es|son ~ necesario|necesarios|necesaria|requerido|requeridos|obligatorio|obligatorios"]),
        ("Portuguese", &["e|sao ~ necessario|necessarios|obrigatorio|obrigatorios|exigido"]),
        ("Italian", &["e|sono ~ necessario|necessari|richiesto|richiesti|obbligatorio|obbligatori"]),
    ] },
    Phrases { role: Role::Please, by_language: &[
        ("English", &["please|pls|plz|kindly"]),
        ("French", &["svp|stp", "s il vous|te plait"]),
        ("German", &["bitte"]),
        ("Spanish", &["por favor", "porfa"]),
        ("Italian", &["per favore|cortesia|piacere"]),
    ] },
    Phrases { role: Role::Not, by_language: &[
        ("English", &[
            "not|never|dont|doesnt|wont|cannot|cant|without|nobody|neither|nor|refuse|avoid|beware|scam|scams|scammers|fraud|fraudsters|phishing",
            "don|doesn|didn|won|can|shouldn|mustn|needn|wouldn|couldn|isn t", "no one|need",
        ]),
        ("French", &["ne|jamais|pas|sans|aucun|aucune|ni|inutile|evitez|personne"]),
        ("German", &["nicht|nie|niemals|kein|keine|keinen|keiner|keinesfalls|ohne|weder|niemand"]),
        ("Spanish", &["nunca|jamas|sin|nadie|tampoco|ningun|ninguna"]),
        ("Portuguese", &["nao|sem|ninguem|nenhum|nenhuma|tampouco"]),
        ("Italian", &["non|senza|nessuno|nessuna"]),
    ] },
    Phrases { role: Role::NotAfter, by_language: &[("German", &["nicht|nie|niemals|keinesfalls"])] },
    Phrases { role: Role::NotNext, by_language: &[("any", &["no|mai|n"]), ("French", &["est|sont|ete|avez|ont"])] },
    Phrases { role: Role::DoNotMiss, by_language: &[
        ("English", &["hesitate|forget|fail|wait", "why don|not"]),
        ("French", &["hesitez|hesite|hesiter|oubliez|oublie|oublier|manquez|tardez|attendez"]),
        ("German", &["zogern|zogere|zoegern|vergessen|vergiss|vergesst"]),
        ("Spanish", &["dude|dudes|dudar|olvide|olvides|olvidar"]),
        ("Portuguese", &["hesite|hesites|hesitar|esqueca|esquecas|esquecer|deixe"]),
        ("Italian", &["esiti|esitare|esitate|dimentichi|dimenticare|dimenticate"]),
    ] },
    Phrases { role: Role::But, by_language: &[
        ("any", &["but|instead|mais|aber|sondern|pero|sino|mas|bensi|invece"]),
    ] },
    Phrases { role: Role::Part, by_language: &[
        ("English", &["last|final|first 4|four|3|three|6|six|2|two", "ending|ends in|with", "part of"]),
        ("French", &["4|quatre|3|trois|2|deux|6|six derniers|dernieres|premiers", "derniers|dernieres|premiers 4|quatre|3|trois|6|six"]),
        ("German", &["letzten|letzte|ersten 4|vier|3|drei|2|zwei|6|sechs"]),
        ("Spanish", &["ultimos|primeros 4|cuatro|3|tres|6|seis", "4|cuatro|3|tres|6|seis ultimos|primeros"]),
        ("Portuguese", &["ultimos|finais|primeiros 4|quatro|3|tres|6|seis", "4|quatro|3|tres|6|seis ultimos|finais|primeiros"]),
        ("Italian", &["ultime|ultimi|prime 4|quattro|3|tre|6|sei", "4|quattro|3|tre|6|sei ultime|ultimi|prime"]),
    ] },
    Phrases { role: Role::Whole, by_language: &[
        ("any", &[
            "full|complete|entire|whole|all|complet|complets|complete|entier|entiere|vollstandig|vollstandige|vollstandigen|ganze|ganzen|komplett|komplette|kompletten",
            "completo|completa|completos|inteiro|inteira|intero|intera|entero|entera",
        ]),
    ] },
    Phrases { role: Role::Mine, by_language: &[
        ("any", &[
            "my|our|mon|ma|mes|notre|nos|mein|meine|meiner|meinen|meines|meinem|unser|unsere|unserer|unseren|unserem",
            "nuestro|nuestra|nuestros|meu|minha|meus|minhas|nosso|nossa|mio|mia|miei|nostro|nostra",
        ]),
    ] },
    Phrases { role: Role::MineNext, by_language: &[("any", &["mi|mis"])] },
    Phrases { role: Role::Speaker, by_language: &[
        ("English", &["i|we|ill"]), ("French", &["je|j|allons|vais"]), ("German", &["ich|wir"]),
        ("Spanish", &["yo|voy|vamos"]), ("Portuguese", &["eu|vou"]), ("Italian", &["io"]),
    ] },
    Phrases { role: Role::SpeakerAfter, by_language: &[("German", &["ich|wir"])] },
    Phrases { role: Role::You, by_language: &[
        ("any", &["you|vous|tu|sie|du|usted|ustedes|voce|voces|lei|voi"]),
    ] },
    Phrases { role: Role::Link, by_language: &[
        ("English", &["of|on|the|your|ur|a|an|from|for|in|this|that|following|both|valid|new|credit|debit|bank|payment|visa|mastercard|amex|full|complete|entire|whole|and|or|me|us|back|with|own|current|16|digit|sixteen|government|issued"]),
        ("French", &["de|d|du|des|la|le|les|l|votre|vos|ton|ta|tes|sur|et|ou|bancaire|bleue|credit|paiement|complet|complets|complete|entier|nous|moi|un|une|cette|valide|debit|nationale"]),
        ("German", &["der|die|das|den|dem|des|ihre|ihrer|ihres|ihren|ihrem|ihr|deine|deiner|deines|deinen|deinem|dein|von|vom|zu|und|oder|mir|uns|sie|vollstandige|vollstandigen|ganze|komplette|ec|einer|eines|eine|ein"]),
        ("Spanish", &["del|el|los|las|tu|tus|su|sus|vuestro|vuestra|en|una|uno|y|o|e|debito|credito|bancaria|completo|completos|nacional|nos"]),
        ("Portuguese", &["do|da|dos|das|os|as|seu|seus|sua|suas|teu|tua|no|na|ao|um|uma|ou|bancario|completo|inteiro"]),
        ("Italian", &["della|dello|dell|di|il|lo|gli|i|sulla|tuo|tua|suo|sua|vostro|vostra|ci|mi|ed|bancaria|completo|intero"]),
    ] },
];

"""Names, streets and firms of the unseen corpus. Kept apart from `naka.testing`, so that no list of the
detector and no test of its rules shares them on purpose. All put together at random; nobody in particular."""

from __future__ import annotations


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """`Given+Given/Surname+Surname` groups: any given name goes with any surname of its group."""
    pairs = []
    for block in text.split():
        given, surname = block.split("/")
        pairs.extend((g, s) for g in given.split("+") for s in surname.split("+"))
    return tuple(pairs)


LATIN = _pairs(
    "Aditi+Sachin+Madhuri+Ninad+Ujwala/Gokhale+Bhosale+Phadke+Sawant "
    "Ravindra+Hemlata+Devendra+Pushpa+Mukesh/Saxena+Dubey+Chaturvedi+Srivastava+Rawat "
    "Thirumalai+Ponnammal+Senthil+Revathi+Balamurugan/Velusamy+Natarajan+Ramaswamy "
    "Anirban+Paramita+Tapas+Sharmistha/Bhattacharya+Majumdar+Sarkar+Mondal "
    "Jaswinder+Manpreet+Kuldeep/Dhillon+Brar+Grewal "
    "Zeenat+Salman+Rukhsana+Aftab/Siddiqui+Pathan+Merchant "
    "Sreejith+Bindu+Ummer+Annamma/Kurian+Varghese+Nambiar+Thampi "
    "Venkata+Sailaja+Koteswara+Anuradha/Chintala+Yerram+Gadde+Boddu "
    "Basavaraj+Girija+Manjunath/Hiremath+Kulal+Angadi "
    "Hitesh+Falguni+Mansukh+Dhara/Vaghela+Solanki+Parmar+Thakkar "
    "Bikram+Sasmita+Jyotirmayee/Pattnaik+Swain+Behera "
    "Lalthanzuala+Thangjam+Banrilang/Ralte+Ibomcha+Kharkongor "
    "Hormuz+Perviz/Daruwala+Sethna Savio+Philomena/Dsouza+Braganza "
    "Sukhlal+Sumitra/Murmu+Hansda+Tudu"
)

DEVANAGARI = _pairs(
    "रमेश+कमला+देवेंद्र+पुष्पा+राजकुमार/सक्सेना+दुबे+चतुर्वेदी+श्रीवास्तव+रावत "
    "मुकेश+सरोज+विमला+हरिओम/कुशवाहा+प्रजापति+ठाकुर+राठौर "
    "शबाना+सलीम/अंसारी+सिद्दीकी"
)
MARATHI = _pairs("सचिन+माधुरी+निनाद+उज्ज्वला+दत्तात्रय/गोखले+भोसले+सावंत+फडके+जाधव")
BENGALI = _pairs("অনিন্দিতা+সৌমেন+পিনাকী+তৃষা+রঞ্জিত/মুখোপাধ্যায়+ভট্টাচার্য+সরকার+নস্কর+বসু")
TAMIL = _pairs("செந்தில்+ரேவதி+பாலமுருகன்+பொன்னம்மாள்+அருண்/வேலுசாமி+ராமசாமி+முத்துசாமி+கோவிந்தன்")
TELUGU = _pairs("సాయికుమార్+అనురాధ+కోటేశ్వర+శైలజ/చింతల+గద్దె+బొడ్డు")
GUJARATI = _pairs("હિતેશ+ફાલ્ગુની+મનસુખ+ધરા/વાઘેલા+સોલંકી+પરમાર")
KANNADA = _pairs("ಬಸವರಾಜ್+ಗಿರಿಜಾ+ಮಂಜುನಾಥ್/ಹಿರೇಮಠ+ಅಂಗಡಿ+ಪಾಟೀಲ")

SCRIPTS = {
    "en": LATIN,
    "hinglish": LATIN,
    "hi": DEVANAGARI,
    "mr": MARATHI,
    "bn": BENGALI,
    "ta": TAMIL,
    "te": TELUGU,
    "gu": GUJARATI,
    "kn": KANNADA,
}

CITIES = (
    ("Nashik", "Maharashtra", "422"), ("Kolhapur", "Maharashtra", "416"), ("Hubballi", "Karnataka", "580"),
    ("Mangaluru", "Karnataka", "575"), ("Salem", "Tamil Nadu", "636"), ("Tirunelveli", "Tamil Nadu", "627"),
    ("Guntur", "Andhra Pradesh", "522"), ("Warangal", "Telangana", "506"), ("Kozhikode", "Kerala", "673"),
    ("Thrissur", "Kerala", "680"), ("Howrah", "West Bengal", "711"), ("Durgapur", "West Bengal", "713"),
    ("Noida", "Uttar Pradesh", "201"), ("Varanasi", "Uttar Pradesh", "221"), ("Agra", "Uttar Pradesh", "282"),
    ("Faridabad", "Haryana", "121"), ("Amritsar", "Punjab", "143"), ("Kota", "Rajasthan", "324"),
    ("Udaipur", "Rajasthan", "313"), ("Gwalior", "Madhya Pradesh", "474"), ("Jabalpur", "Madhya Pradesh", "482"),
    ("Vadodara", "Gujarat", "390"), ("Rajkot", "Gujarat", "360"), ("Cuttack", "Odisha", "753"),
    ("Shillong", "Meghalaya", "793"), ("Imphal", "Manipur", "795"), ("Dehradun", "Uttarakhand", "248"),
    ("Leh", "Ladakh", "194"), ("Panaji", "Goa", "403"), ("Dhanbad", "Jharkhand", "826"),
)  # fmt: skip

STREETS = (
    "Tilak Path", "Ambedkar Chowk", "Ring Road", "Church Street", "Netaji Subhas Road", "3rd Main, Vidyanagar",
    "Hospital Road", "Fort Area", "Rajaji Salai", "Canal Bank Road", "Sadar Bazar", "Ganesh Peth",
    "Anna Nagar 2nd Avenue", "Civil Lines", "Model Town", "Kasba Peth", "Beach Road", "Ashok Vihar Phase 2",
)  # fmt: skip

BUILDINGS = (
    "Shanti Kunj", "Om Residency", "Lotus Heights", "Prestige Towers", "Gulmohar CHS", "Sea Breeze Apartments",
    "Shree Ram Sadan", "Pearl Enclave",
)  # fmt: skip

INDIC_ADDRESSES = {
    "hi": (
        "मकान नं. {n}, गली नं. {m}, शास्त्री नगर, वाराणसी, उत्तर प्रदेश - 221{p}",
        "{n}/{m}, सिविल लाइन्स, ग्वालियर, मध्य प्रदेश 474{p}",
        "ग्राम रामपुर, पोस्ट बड़ागाँव, तहसील सदर, ज़िला आगरा - 282{p}",
        "वार्ड नं. {m}, मोहल्ला कटरा, कोटा, राजस्थान, पिन 324{p}",
    ),
    "mr": (
        "फ्लॅट नं. {n}, ओम रेसिडेन्सी, गणेश पेठ, नाशिक - 422{p}",
        "घर क्र. {n}, मु.पो. वडगाव, ता. हातकणंगले, जि. कोल्हापूर 416{p}",
    ),
    "bn": (
        "{n}/{m}, নেতাজি সুভাষ রোড, হাওড়া, পশ্চিমবঙ্গ - 711{p}",
        "গ্রাম: শিমুলিয়া, পোস্ট: কাঁকসা, জেলা: বর্ধমান, পিন 713{p}",
    ),
    "ta": (
        "கதவு எண் {n}, அண்ணா நகர் 2வது தெரு, சேலம், தமிழ்நாடு - 636{p}",
        "{n}/{m}, கோவில் தெரு, திருநெல்வேலி 627{p}",
    ),
    "te": ("ఇంటి నెం. {n}-{m}, గాంధీ రోడ్డు, గుంటూరు, ఆంధ్రప్రదేశ్ - 522{p}",),
    "gu": ("મકાન નં. {n}, રિંગ રોડ, રાજકોટ, ગુજરાત - 360{p}",),
    "kn": ("ಮನೆ ಸಂಖ್ಯೆ {n}, 3ನೇ ಮುಖ್ಯ ರಸ್ತೆ, ವಿದ್ಯಾನಗರ, ಹುಬ್ಬಳ್ಳಿ - 580{p}",),
}

FIRMS = (
    "Kaveri Agro Traders", "Bluepeak Software Pvt Ltd", "Sahyadri Logistics", "Zenith Polymers Ltd", "Annapurna Foods",
    "Coral Reef Exports LLP", "Maruthi Steel Works", "Shubham Textiles", "Deccan Diagnostics", "Northstar Edutech",
)  # fmt: skip

BANKS = (
    "SBI",
    "HDFC Bank",
    "ICICI",
    "Axis Bank",
    "PNB",
    "Canara Bank",
    "Kotak",
    "Bank of Baroda",
    "IDFC First",
    "Federal Bank",
)
HOSPITALS = (
    "Sanjeevani Hospital",
    "Lifeline Clinic",
    "City Care Nursing Home",
    "Government District Hospital",
    "Arogya Diagnostics",
)

//! Answers as assistants write them, without personal data: what a stream should let through. The list of everyday words
//! was completed with `ENGLISH` and `HINGLISH` in view; the `OTHER` ones were written afterwards, and the list was not changed for them.

pub(crate) const ENGLISH: &str = "\
Photosynthesis is how plants turn sunlight into food. Chlorophyll in the leaves captures light energy, which splits water \
molecules and releases oxygen. The plant then combines hydrogen with carbon dioxide to build glucose, a simple sugar that \
feeds every cell. In short, sunlight plus water plus air becomes sugar, and we get oxygen to breathe.

Here are three ways to make your mornings calmer:

1. **Prepare the night before.** Lay out your clothes, pack your bag, and decide what you'll eat for breakfast.
2. **Keep your phone in another room.** Scrolling first thing makes the day feel rushed before it has begun.
3. **Start with one small win.** Make the bed, water a plant, or stretch for five minutes.

If you'd like, I can turn this into a weekly schedule that fits around your commute. Just tell me when you usually wake up \
and how long the trip takes.

The Maratha Confederacy rose in the late 17th century and, at its height around 1760, controlled much of the subcontinent. \
Its rulers, the Peshwas, governed from Pune. Historians still debate how centralised the state really was: some describe a \
loose alliance of chiefs, others an empire with a sophisticated revenue system.

That error usually means the process ran out of file descriptors. Check the limit with `ulimit -n`, then raise it in the \
service's unit file and restart. If the count keeps climbing, something is leaking sockets; look for connections in \
CLOSE_WAIT. A quick way to confirm is to sample the number every minute and plot it against traffic.

To make dal tadka for four people, rinse one cup of toor dal and pressure-cook it with turmeric and three cups of water for \
about 15 minutes. Heat two tablespoons of ghee, add cumin seeds, chopped garlic, a dried red chilli and a pinch of \
asafoetida. Once the garlic turns golden, pour it over the dal, squeeze in some lemon, and garnish with coriander. Serve \
with steamed basmati rice or hot phulkas.

I'm sorry you're going through this. It's completely understandable to feel overwhelmed after a setback, especially when \
you prepared so carefully. Would it help to list what went well before we look at what to change? Sometimes the distance \
between a bad result and a good one is smaller than it seems on the day.";

pub(crate) const HINGLISH: &str = "\
Bilkul, main aapko simple shabdon mein samjhata hoon. Jab aap savings khata kholte ho, toh bank aapke paise par byaaj deta \
hai. Byaaj ki dar har bank ki alag hoti hai, isliye pehle compare kar lena accha rehta hai. Agar aap ek saal tak paise nahi \
nikaalna chahte, toh fixed deposit behtar option ho sakta hai.

Dekho, ghar par paneer banana mushkil nahi hai. Ek litre doodh ubaalo, usme do chammach nimbu ka ras daalo aur dheere dheere \
hilaate raho. Doodh phat jayega, phir malmal ke kapde se chhaan lo aur thande paani se dho lo taaki khattapan nikal jaye. \
Uske baad aadhe ghante tak bhaari cheez ke neeche daba ke rakho.

Tension mat lo, pehli baar interview dene jaate waqt sabko ghabrahat hoti hai. Company ke baare mein thoda padh lo, apne \
projects ke do teen examples taiyaar rakho, aur raat ko jaldi so jao. Interview mein agar koi sawaal samajh na aaye, toh \
araam se dobara poochh sakte ho, isme koi burai nahi hai.

Haan, monsoon mein gaadi ki dekhbhaal zaroori hai. Tyre ka pressure check karo, wiper blades badlo, aur brake ki awaaz par \
dhyan do. Paani bhari sadak par dheere chalao. Insurance ki copy glovebox mein rakhna mat bhoolna. Aur kuch poochna ho toh \
bata dena, main yahin hoon.";

pub(crate) const HINDI: &str = "\
प्रकाश संश्लेषण वह प्रक्रिया है जिससे पौधे सूर्य के प्रकाश से अपना भोजन बनाते हैं। पत्तियों में मौजूद हरा पदार्थ प्रकाश की ऊर्जा को पकड़ता है, \
पानी के अणुओं को तोड़ता है और ऑक्सीजन छोड़ता है। इसके बाद पौधा हवा की कार्बन डाइऑक्साइड से शर्करा बनाता है।

अगर आप पहली बार योग शुरू कर रहे हैं, तो सुबह खाली पेट दस मिनट से शुरुआत कीजिए। साँस पर ध्यान रखिए और शरीर पर ज़ोर मत डालिए। \
धीरे-धीरे समय बढ़ाइए। घुटनों या पीठ में दर्द हो तो पहले किसी चिकित्सक से सलाह लें।

बारिश के मौसम में पहाड़ों की यात्रा करते समय मौसम का पूर्वानुमान देखना ज़रूरी है। भूस्खलन के कारण कई बार सड़कें बंद हो जाती हैं, इसलिए एक दिन \
अतिरिक्त रखें। गर्म कपड़े, टॉर्च और कुछ सूखा खाना साथ रखना समझदारी है। रास्ते में रुककर चाय पीने का आनंद ही अलग है!

घर का बजट बनाने के लिए पहले महीने की आमदनी और सभी खर्च लिखिए। फिर देखिए कि किन चीज़ों पर खर्च कम किया जा सकता है। हर महीने थोड़ी बचत \
करने की आदत डालिए; छोटी रकम भी कुछ वर्षों में बड़ी हो जाती है।";

pub(crate) const OTHER_ENGLISH: &str = "\
A mutual fund pools money from many investors and buys a mix of shares, bonds or gold. You own units of the pool, and their \
price moves every evening when the market closes. For someone starting at twenty-five, an index fund is usually the least \
fussy choice: low fees, no star manager to bet on, and decades for compounding to do its work.

Before you refinance, ask your lender three things. What is the foreclosure charge? Is the new rate floating or fixed, and \
which benchmark does it follow? How much of your tenure is left? If fewer than four years remain, most of the interest has \
already been paid and switching rarely helps.

Sure! Here's a short poem about the rain:

Grey curtains drawn across the hill,
the frogs begin, the crickets still,
a paper boat, a muddy street,
and thunder learning how to beat.

The function fails because `items` is mutated while the loop iterates over it. Build a new list instead, or walk the indices \
backwards. I'd also rename `tmp2`; nobody will guess that it holds the sorted timestamps. After both changes the unit tests \
should pass, though the flaky integration test around midnight is a separate bug in the scheduler.

Jupiter's Great Red Spot is an anticyclonic storm wider than Earth. Voyager photographed it in 1979, Juno has probed its \
depth since 2016, and amateur astronomers have noticed it shrinking. Nobody is certain why it has lasted for centuries.

For a sprained ankle, rest it, wrap ice in a towel for ten minutes at a time, use an elastic bandage and keep the foot \
raised. See an orthopaedist if you cannot bear weight, if the swelling worsens after two days, or if your toes feel numb. \
Ibuprofen may ease the soreness, but check first whether you take blood thinners.";

pub(crate) const OTHER_HINGLISH: &str = "\
Dekhiye, SIP matlab har mahine ek fixed rakam mutual fund mein lagana. Market upar ho ya niche, aapki kist jaati rehti hai, \
isliye average daam apne aap santulit ho jaata hai. Shuruaat paanch sau rupaye se bhi ho sakti hai. Bas itna yaad rakhiye ki \
beech mein ghabra kar band na karein, kyunki asli munafa lambe samay mein banta hai.

Agar laptop dheema chal raha hai toh pehle storage dekh lo. Phaltu files hatao, startup mein khulne wale programs kam karo, \
aur ek baar system update kar do. Phir bhi farak na pade toh RAM badhwana sabse sasta ilaaj hai. Warranty baaki ho toh khud \
mat kholna, service centre le jaana.

Bachchon ko ganit se dar lagta hai toh khel khel mein sikhaiye. Sabziyon ki ginti, ludo ke paase, cricket ka scorecard, sab \
kaam aate hain. Roz pandrah minute kaafi hain. Galti par daantne ke bajay poochhiye ki socha kaise tha, aksar jawab wahin mil \
jaata hai.";

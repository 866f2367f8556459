"""The words of every refusal: status, title, explanation. One place for pages, messages and commands."""

from dataclasses import dataclass

from consult.ground.refusals import Moment, Reason
from consult.web import words


@dataclass(frozen=True, slots=True)
class Words:
    """A refusal as a page says it: its status, its title, its explanation."""

    status: int
    title: str
    text: str


REFUSALS: dict[Reason, Words] = {
    Reason.SIGN_IN: Words(401, "Connectez-vous pour continuer", "Cette page demande un compte. Un lien ou un code envoyé par courriel suffit : il n’y a pas de mot de passe."),
    Reason.NOT_YOUR_ROLE: Words(403, "Cette page est réservée à l’équipe", "Votre compte n’a pas le rôle qu’elle demande. Un administrateur peut vous l’accorder."),
    Reason.PROFILE_INCOMPLETE: Words(403, "Dites-nous d’abord qui vous êtes", "Votre nom, votre profil et votre fonction manquent encore. C’est l’affaire d’une minute."),
    Reason.NO_COLLECTIVITE: Words(403, "Pour quelle collectivité agissez-vous ?", "Cette action se fait au nom d’une collectivité. Rattachez-vous d’abord à la vôtre."),
    Reason.ATTACHMENT_PENDING: Words(403, "Votre rattachement est encore à vérifier", "L’équipe vérifie que vous parlez bien au nom de cette collectivité. Vous serez prévenu par courriel."),
    Reason.PARTNER_MAY_NOT: Words(403, "Cette action est réservée aux collectivités", "Les partenaires peuvent proposer des services existants ; ils ne votent pas et n’expriment pas de besoin."),
    Reason.KIND_MAY_NOT_VOTE: Words(403, "Votre collectivité ne vote pas dans cette édition", "Les règles de l’édition disent quelles collectivités votent. Elles ont été fixées avant l’ouverture du vote."),
    Reason.NOT_YOURS: Words(403, "Cette page appartient à une autre collectivité", "Vous pouvez la lire si elle est publique, mais seule la collectivité qui l’a écrite peut la changer."),
    Reason.STAGE_CLOSED: Words(409, "Ce n’est pas le moment", "Le calendrier de l’édition n’ouvre pas cette action maintenant."),
    Reason.REASON_MISSING: Words(409, "Il manque la raison", "Cet acte se motive : sa raison est lue par ceux qu’il concerne."),
    Reason.WINDOW_INVERTED: Words(409, "Ces dates ne se suivent pas", "La fermeture doit venir après l’ouverture ; seule la dernière étape n’a pas de fin."),
    Reason.WINDOWS_OVERLAP: Words(409, "Ces dates empiètent sur une autre étape", "Les étapes se suivent sans se chevaucher. Déplacez d’abord l’étape voisine."),
    Reason.WINDOW_UNCHANGED: Words(409, "Ces dates sont déjà celles du calendrier", "Rien n’a été changé."),
    Reason.DATE_IN_THE_PAST: Words(409, "Ce qui a eu lieu ne se déplace pas", "Une ouverture passée reste où elle est, et aucune date ne peut être ramenée dans le passé."),
    Reason.RESULT_PROCLAIMED: Words(409, "Le résultat est proclamé", "Les étapes qui y ont mené ne peuvent plus être rouvertes, ni les décisions reprises."),
    Reason.CODE_WRONG: Words(422, "Ce code n’est pas le bon", "Vérifiez les six chiffres du dernier message reçu."),
    Reason.CODE_EXPIRED: Words(410, "Ce lien ou ce code ne sert plus", "Il a déjà servi, ou plus de quinze minutes ont passé. Demandez-en un autre : c’est immédiat."),
    Reason.TOO_MANY_TRIES: Words(429, "Trop d’essais", "Par sécurité, ce code ne peut plus être essayé. Ouvrez le lien du même message, ou demandez-en un autre."),
    Reason.PARTNER_ATTACHED: Words(409, "Un partenaire ne représente pas de collectivité", "Vous parlez au nom d’une collectivité, ou vous l’avez demandé. Retirez d’abord votre demande, ou mettez fin à votre rattachement."),
    Reason.NOT_IN_REGISTER: Words(422, "Cette collectivité n’est pas au registre", "Elle n’existe pas, ou n’existe plus. Cherchez-la par son nom, ou cherchez celle qui lui succède."),
    Reason.STILL_IN_REGISTER: Words(409, "Cette collectivité existe toujours", "Le registre la compte parmi celles d’aujourd’hui : personne ne lui succède."),
    Reason.ALREADY_ATTACHED: Words(409, "Vous êtes déjà rattaché à cette collectivité", "Une seule demande suffit. Vous la retrouvez dans votre compte."),
    Reason.TOO_MANY_PENDING: Words(409, "Trois de vos demandes attendent déjà", "Retirez-en une, ou attendez la réponse de l’équipe : elle vous parviendra par courriel."),
    Reason.OWN_REQUEST: Words(403, "C’est votre propre demande", "Une autre personne de l’équipe doit la traiter."),
    Reason.ALREADY_DECIDED: Words(409, "C’est déjà décidé", "Quelqu’un d’autre a traité cette demande entre-temps. Rien n’a été changé."),
    Reason.ATTACHMENT_OVER: Words(409, "Ce rattachement est déjà terminé", "Il a été retiré, refusé ou terminé entre-temps. Rien n’a été changé."),
    Reason.ASKED_ANEW: Words(409, "Cette personne a fait une autre demande", "Elle a déjà, pour cette collectivité, un rattachement en cours : c’est celui-là qu’il faut traiter."),
    Reason.NOT_A_COLLEAGUE: Words(403, "C’est réservé aux collègues vérifiés", "Seule une personne dont le rattachement à cette collectivité est vérifié peut le faire."),
    Reason.MANDATE_ENDED: Words(409, "Vous ne parlez plus pour cette collectivité", "La page que vous aviez ouverte était au nom d’une collectivité dont votre rattachement est terminé. Rien n’a été enregistré."),
    Reason.INVITATION_CLOSED: Words(410, "Cette invitation ne sert plus", "Elle a déjà servi, elle a été retirée, ou son délai est passé. Demandez-en une autre à votre collègue, ou rattachez-vous autrement."),
    Reason.INVITATION_NOT_YOURS: Words(403, "Cette invitation est pour une autre adresse", "Elle ne vaut que pour l’adresse à laquelle elle a été envoyée. Connectez-vous par courriel avec cette adresse, ou demandez une invitation pour la vôtre."),
    Reason.ALREADY_INVITED: Words(409, "Cette personne est déjà invitée", "Une invitation l’attend déjà à cette adresse. Rien n’a été envoyé de nouveau."),
    Reason.TOO_MANY_INVITATIONS: Words(409, "Trop d’invitations sont parties", "Vingt au plus attendent une réponse pour une collectivité, et une personne en envoie trente par jour, dont trois à la même adresse. Retirez-en une, ou recommencez demain."),
    Reason.DOMAIN_SHARED: Words(422, "Ce domaine n’appartient pas à une collectivité", "C’est un fournisseur de courriel ouvert à tous, ou une terminaison partagée : une adresse là ne prouve rien."),
    Reason.DOMAIN_OF_THE_STATE: Words(422, "Les domaines de l’État ne rattachent pas", "Une adresse en gouv.fr est celle d’un service de l’État, jamais celle d’une collectivité."),
    Reason.DOMAIN_KNOWN: Words(409, "Ce domaine est déjà connu", "Un domaine n’est celui que d’une collectivité. Retirez-le d’abord de l’autre, s’il le faut."),
    Reason.NO_MAILBOX: Words(409, "Nous ne connaissons pas la boîte de cette collectivité", "Le registre ne dit pas l’adresse officielle de cette mairie. D’autres voies restent ouvertes."),
    Reason.TOO_MANY_CODES: Words(429, "Assez de codes pour aujourd’hui", "Plusieurs codes sont déjà partis vers cette boîte. Cherchez le dernier message, ou recommencez demain."),
    Reason.PROOF_PUT_ASIDE: Words(409, "Quelqu’un a déjà répondu non", "Un collègue ou l’équipe a mis fin à ce rattachement, ou l’a refusé : seule une personne de l’équipe peut le rétablir. Votre demande lui est transmise."),
    Reason.SECOND_FACTOR: Words(403, "Il manque votre second facteur", "Les bureaux de l’équipe s’ouvrent avec un code de votre téléphone, ou par ProConnect."),
    Reason.SECOND_FACTOR_WRONG: Words(422, "Ce code n’est pas le bon", "Vérifiez l’heure de votre téléphone, et écrivez le code affiché maintenant : il change toutes les trente secondes et ne sert qu’une fois."),
    Reason.SECOND_FACTOR_LOCKED: Words(429, "Trop d’essais", "Par sécurité, aucun code n’est plus essayé pendant quinze minutes. Un code de secours ne l’est pas non plus."),
    Reason.SECOND_FACTOR_NOT_ASKED: Words(409, "Il n’y a pas de second facteur à confirmer", "Il n’est pas en place, ou il l’était déjà. Rien n’a été changé."),
    Reason.OWN_SECOND_FACTOR: Words(403, "C’est votre propre second facteur", "Un autre administrateur peut l’annuler. Pour en changer vous-même, remplacez-le depuis votre compte."),
    Reason.ADDRESS_UNCHANGED: Words(422, "C’est déjà votre adresse", "Écrivez-en une autre."),
    Reason.ADDRESS_TAKEN: Words(409, "Cette adresse a déjà un compte", "Fermez d’abord l’autre compte, ou gardez votre adresse actuelle."),
    Reason.TOO_MANY_DOWNLOADS: Words(429, "Assez de téléchargements pour cette heure", "Vos données vous ont déjà été remises plusieurs fois. Recommencez dans une heure."),
    Reason.OIDC_OFF: Words(404, "ProConnect n’est pas proposé ici", "Connectez-vous par un code ou un lien reçu par courriel."),
    Reason.OIDC_DECLINED: Words(400, "ProConnect n’a pas confirmé votre identité", "Vous avez renoncé, ou ProConnect a refusé. Recommencez, ou connectez-vous par courriel : rien n’est perdu."),
    Reason.OIDC_WRONG: Words(400, "La réponse de ProConnect n’est pas sûre", "Elle est incomplète, périmée, ou n’est pas celle que nous attendions : nous ne l’acceptons pas. Recommencez, ou connectez-vous par courriel."),
    Reason.OIDC_AWAY: Words(424, "ProConnect ne répond pas", "Ce n’est pas votre faute. Réessayez dans quelques minutes, ou connectez-vous par courriel."),
    Reason.OIDC_ADDRESS_TAKEN: Words(409, "Un compte existe déjà à cette adresse", "ProConnect ne garantit pas que cette adresse est la vôtre, ou ce compte est celui d’une personne de l’équipe. Connectez-vous d’abord par courriel, puis reliez ProConnect depuis votre compte."),
    Reason.IDENTITY_TAKEN: Words(409, "Cette identité est reliée à un autre compte", "Une identité ProConnect ne sert qu’à un compte. Connectez-vous avec elle, ou ôtez-la d’abord de l’autre compte."),
    Reason.ROLE_ALREADY_HELD: Words(409, "Cette personne a déjà ce rôle", "Rien n’a été changé."),
    Reason.ROLE_NOT_HELD: Words(409, "Cette personne n’a pas ce rôle", "Il n’y a donc rien à retirer."),
    Reason.LAST_ADMINISTRATOR: Words(409, "Il doit rester un administrateur", "Accordez d’abord ce rôle à quelqu’un d’autre."),
    Reason.NOT_AWAITING_TRIAGE: Words(409, "Cette contribution ne peut plus être changée", "Elle a déjà été examinée ou retirée. Elle reste lisible à son adresse, avec ce qu’elle est devenue."),
    Reason.ALREADY_TRIAGED: Words(409, "Cette contribution a déjà été examinée", "Quelqu’un d’autre s’en est occupé entre-temps. Rien n’a été changé."),
    Reason.NO_PROPOSAL: Words(409, "Il faut au moins une proposition", "Choisissez une proposition, ou écrivez-en une nouvelle."),
    Reason.ALREADY_GROUPED: Words(409, "C’est déjà regroupé ainsi", "Ces contributions font déjà partie de ces propositions. Rien n’a été changé."),
    Reason.NOT_GROUPED: Words(409, "Cette contribution n’est pas dans cette proposition", "Il n’y a donc rien à en sortir : quelqu’un l’a peut-être fait entre-temps."),
    Reason.SCHEME_CODE_TAKEN: Words(409, "Un guichet porte déjà ce code", "Chaque guichet d’une édition a son code. Rien n’a été changé."),
    Reason.ORGANISATION_MISSING: Words(409, "Quelle organisation propose ce service ?", "Un partenaire publie au nom de son organisation : elle sera publique."),
    Reason.OWN_CONTRIBUTION: Words(409, "C’est la contribution de votre collectivité", "« Nous aussi » est pour les autres collectivités qui partagent ce besoin ou utilisent ce service."),
    Reason.NO_LONGER_SHARED: Words(409, "Cette contribution n’attend plus de « nous aussi »", "Elle a été retirée, ou déclarée non recevable. Elle reste lisible à son adresse."),
    Reason.ALREADY_SHARED: Words(409, "Votre collectivité l’a déjà dit", "Une fois par collectivité suffit. Rien n’a été changé."),
    Reason.NOT_SHARED: Words(409, "Votre collectivité ne l’avait pas dit", "Il n’y a donc rien à retirer."),
    Reason.CORRECTED_MEANWHILE: Words(409, "Ce texte a été corrigé entre-temps", "Une autre personne de votre collectivité, ou vous dans un autre onglet, vient de le corriger. Comparez les deux textes."),
    Reason.DRAFT_CHANGED_ELSEWHERE: Words(409, "Ce brouillon a changé ailleurs", "Il a été enregistré depuis un autre appareil ou un autre onglet. Comparez les deux textes, puis enregistrez celui que vous gardez."),
    Reason.DRAFT_IN_ANOTHER_NAME: Words(409, "Ce brouillon est au nom d’une autre collectivité", "Il garde le nom dans lequel il a été écrit, et vous ne parlez plus pour cette collectivité. Pour le publier en votre nom d’aujourd’hui, copiez son texte dans une nouvelle contribution."),
    Reason.DRAFT_PUBLISHED: Words(409, "Ce brouillon est déjà publié", "Il est devenu une contribution, que vous pouvez corriger à son adresse. Rien n’a été changé."),
    Reason.DRAFT_TOO_LONG: Words(413, "Ce texte est trop long pour être gardé", "Un brouillon tient en 100 000 caractères, tous champs réunis. Raccourcissez-le, puis enregistrez-le."),
    Reason.TOO_MANY_DRAFTS: Words(409, "Vous avez déjà vingt brouillons", "Publiez-en un, ou supprimez-en un, pour en commencer un autre."),
    Reason.FILE_TOO_BIG: Words(413, "Ce document est trop lourd", "Dix mégaoctets au plus par document."),
    Reason.FILE_KIND: Words(422, "Ce document n’est pas d’un type accepté", "PDF, PNG, JPEG, ODT ou DOCX : c’est le contenu qui compte, pas le nom."),
    Reason.TOO_MANY_FILES: Words(409, "Cinq documents au plus", "Retirez-en un pour en joindre un autre."),
    Reason.CHANGED_MEANWHILE: Words(409, "Ce dossier a changé entre-temps", "Quelqu’un d’autre de l’équipe, ou son auteur, vient de le changer. Rien n’a été enregistré : voici le dossier tel qu’il est maintenant."),
    Reason.ALREADY_HIDDEN: Words(409, "Ce texte est déjà masqué", "Rien n’a été changé."),
    Reason.NOT_HIDDEN: Words(409, "Ce texte n’est pas masqué", "Rien n’a été changé."),
    Reason.QUESTION_WAITS: Words(409, "Une question attend déjà sa réponse", "Attendez la réponse de l’auteur, ou décidez sans elle."),
    Reason.NO_QUESTION: Words(409, "Aucune question n’attend de réponse", "L’équipe n’a rien demandé, ou vous avez déjà répondu."),
    Reason.NOTHING_TO_CONTEST: Words(409, "Il n’y a rien à contester", "Une contestation porte sur une décision de l’équipe : réorientation, irrecevabilité ou regroupement."),
    Reason.ALREADY_CONTESTED: Words(409, "Votre collectivité a déjà contesté cette décision", "Une seule contestation est possible ; la réponse est, ou sera, sur cette page."),
    Reason.CONTEST_TOO_LATE: Words(409, "Le délai pour contester est passé", "Il court à partir de la décision. Vous pouvez encore écrire à l’équipe."),
    Reason.ALREADY_ANSWERED: Words(409, "Une réponse a déjà été donnée", "Quelqu’un d’autre de l’équipe a répondu entre-temps. Rien n’a été changé."),
    Reason.TOO_MANY_REPORTS: Words(429, "Assez de signalements pour aujourd’hui", "Ceux que vous avez déjà faits seront lus. Recommencez demain."),
    Reason.PROPOSAL_FROZEN: Words(409, "Cette proposition est figée", "Le vote est ouvert : une correction est publique, datée, et dit sa raison."),
    Reason.PROPOSAL_CHANGED: Words(409, "Cette proposition a changé entre-temps", "Quelqu’un d’autre de l’équipe vient de la corriger. Comparez avec ce qu’elle dit maintenant, puis enregistrez ce que vous voulez garder."),
    Reason.BALLOT_RULES_FROZEN: Words(409, "Les règles du vote sont figées", "Personne ne les change plus dès que le vote est ouvert, ni pendant, ni après : elles sont celles que chacun a lues."),
    Reason.BALLOT_RULES_CHANGED: Words(409, "Les règles ont changé entre-temps", "Quelqu’un d’autre de l’équipe vient de les changer. Rien n’a été enregistré : relisez-les avant de recommencer."),
    Reason.BALLOT_RULES_UNCHANGED: Words(409, "Ce sont déjà les règles en vigueur", "Rien n’a été changé."),
    Reason.NO_VOTER: Words(422, "Personne ne voterait", "Cochez au moins une nature de collectivité."),
    Reason.SUPPORTS_SPENT: Words(409, "Votre collectivité a donné tous ses soutiens", "Le nombre de soutiens est limité dans cette édition. Retirez-en un pour en donner un autre."),
    Reason.ALREADY_SUPPORTED: Words(409, "Votre collectivité soutient déjà cette proposition", "Une collectivité donne une seule voix à une proposition. Rien n’a été changé."),
    Reason.NOT_SUPPORTED: Words(409, "Votre collectivité ne soutient pas cette proposition", "Il n’y a donc rien à retirer."),
    Reason.TALLIES_HIDDEN: Words(403, "Les résultats sont secrets jusqu’à la fin du vote", "Personne ne peut les lire avant, pas même l’équipe."),
    Reason.VOTE_NOT_OVER: Words(409, "Le vote n’est pas terminé", "Les résultats et les décisions viennent après sa clôture."),
    Reason.DECISION_MISSING: Words(409, "Il manque des décisions", "Toutes les propositions doivent avoir leur décision motivée avant la proclamation : elles sont proclamées ensemble."),
    Reason.DECISION_CHANGED: Words(409, "Cette décision a changé entre-temps", "Un autre membre du comité vient de l’écrire. Lisez ce qu’elle dit maintenant, puis enregistrez ce que vous voulez garder."),
    Reason.DECISION_UNCHANGED: Words(409, "C’est déjà la décision en vigueur", "Choisissez-en une autre, ou corrigez seulement les mots."),
    Reason.EXPLANATION_MISSING: Words(409, "Il manque des explications", "Une décision qui s’écarte du classement dit pourquoi. Le bureau montre celles qui ne le disent pas encore."),
    Reason.RECUSED: Words(403, "Vous vous êtes déporté de cette proposition", "Vous n’en lisez pas la délibération et n’y prenez pas part. Si c’est une erreur, demandez à l’administration de lever votre déport."),
    Reason.RECUSED_SOMEWHERE: Words(403, "Un autre membre doit proclamer", "Vous vous êtes déporté d’au moins une proposition : proclamer, ou apprendre ce qui manque encore, serait prendre part à sa délibération. Un autre membre ou l’administration proclame."),
    Reason.ALREADY_RECUSED: Words(409, "Vous vous êtes déjà déporté", "Votre déport est enregistré pour cette proposition. Rien n’a été changé."),
    Reason.NOT_RECUSED: Words(409, "Ce déport n’existe plus", "Cette personne ne s’est pas déportée, ou son déport a été levé entre-temps. Rien n’a été changé."),
    Reason.OWN_RECUSAL: Words(403, "C’est votre propre déport", "Une autre personne de l’administration peut le lever."),
    Reason.NOT_PROCLAIMED: Words(409, "La sélection n’est pas encore proclamée", "Le comité proclame toutes ses décisions ensemble. Les propositions retenues seront connues à ce moment-là."),
    Reason.NOT_RETAINED: Words(409, "Cette proposition n’a pas été retenue", "Seules les propositions retenues par le comité de sélection ont des territoires référents et des services."),
    Reason.ALREADY_INTERESTED: Words(409, "Votre collectivité s’est déjà portée volontaire", "Une seule candidature par proposition suffit. Rien n’a été changé."),
    Reason.CHARTER_NOT_ACCEPTED: Words(409, "La charte n’est pas acceptée", "Une collectivité volontaire accepte la charte de l’édition, dans sa version en vigueur."),
    Reason.CHARTER_CHANGED: Words(409, "La charte a changé entre-temps", "Voici sa nouvelle version : lisez-la, puis acceptez-la. Ce que vous avez écrit est toujours là."),
    Reason.CHARTER_UNCHANGED: Words(409, "C’est déjà la charte en vigueur", "Rien n’a été changé."),
    Reason.INSTRUCTION_UNCHANGED: Words(409, "C’est déjà la règle en vigueur", "Rien n’a été changé."),
    Reason.NO_CORRECTION_ASKED: Words(409, "Aucune correction n’est demandée", "Une candidature se corrige quand l’équipe le demande. Écrivez-lui si quelque chose a changé."),
    Reason.PILOT_WITHOUT_PEOPLE: Words(409, "Un pilote nomme deux personnes", "Il faut le nom et la fonction d’un référent, et ceux de la personne qui porte l’engagement de la collectivité."),
    Reason.NOTHING_SAID: Words(409, "Ce message est vide", "Écrivez quelques mots : ils sont envoyés par courriel."),
    Reason.OWN_INTEREST: Words(403, "C’est la candidature de votre propre collectivité", "Vous parlez aussi pour elle : une autre personne de l’équipe doit s’en occuper."),
    Reason.NOTHING_PREPARED: Words(409, "Aucune réponse n’est préparée", "Préparez d’abord une réponse, avec sa raison, à une candidature au moins."),
    Reason.ANSWERS_CHANGED: Words(409, "Les réponses préparées ont changé", "Une réponse a été préparée ou reprise, ou une candidature retirée, depuis que cette page est affichée. Rien n’est publié : voici ce qui le serait maintenant."),
    Reason.NOT_LIVE: Words(409, "Cette candidature n’est plus en cours", "Elle a été retirée ou déclinée."),
    Reason.WORKSHOP_INVERTED: Words(409, "Ces heures ne se suivent pas", "La fin vient après le début, et un atelier dure sept jours au plus : vérifiez les deux dates."),
    Reason.WORKSHOP_IN_THE_PAST: Words(409, "Cette date est déjà passée", "Un atelier s’annonce avant d’avoir lieu, pour que chacun puisse y venir."),
    Reason.WORKSHOP_NOWHERE: Words(422, "Où se tient cet atelier ?", "Donnez un lieu, un lien de réunion, ou les deux."),
    Reason.WORKSHOP_CANCELLED: Words(409, "Cet atelier est annulé", "Sa page dit pourquoi. Les autres ateliers sont dans la liste des ateliers de l’édition."),
    Reason.WORKSHOP_BEGUN: Words(409, "Cet atelier a commencé", "Les places se prennent et se rendent jusqu’à son début. Ce qui s’y dit sera publié sur sa page."),
    Reason.WORKSHOP_OVER: Words(409, "Cet atelier est terminé", "Il ne se change plus et ne s’annule plus ; ce qui s’y est dit peut encore être publié."),
    Reason.WORKSHOP_NOT_OVER: Words(409, "Cet atelier n’est pas terminé", "Ce qui s’y dit se publie après sa fin."),
    Reason.WORKSHOP_FULL: Words(409, "Il n’y a plus de place", "Toutes les places de cet atelier sont prises. Si quelqu’un rend la sienne, elle redevient libre sur cette page."),
    Reason.CAPACITY_BELOW_SEATS: Words(409, "Davantage de places sont déjà prises", "Le nombre de places ne descend pas sous celui des personnes inscrites."),
    Reason.NOT_A_VOLUNTEER: Words(403, "Cet atelier est pour les collectivités volontaires", "Y viennent celles dont la candidature à cette proposition est en cours ou acceptée. Déposez d’abord la vôtre, depuis la page des territoires référents de la proposition."),
    Reason.ALREADY_SEATED: Words(409, "Vous avez déjà votre place", "Une par personne suffit. Rien n’a été changé."),
    Reason.NO_SEAT: Words(409, "Vous n’avez pas de place à cet atelier", "Il n’y a donc rien à rendre : vous l’avez peut-être fait entre-temps."),
    Reason.STEP_IMPOSSIBLE: Words(409, "Cette étape n’est pas possible ici", "Un service suit ses phases dans l’ordre ; il peut aussi être arrêté, avec ce qui a été appris."),
    Reason.STEP_BEFORE_THE_LAST: Words(409, "Cette date précède l’étape d’avant", "Les phases d’un service se suivent : celle-ci ne peut pas commencer avant la précédente."),
    Reason.LEARNT_MISSING: Words(409, "Qu’a-t-on appris ?", "Un service qui s’arrête dit ce qui a été appris : c’est ce qui servira aux suivants."),
    Reason.DATE_BEFORE_STAGE: Words(409, "Cette date est trop ancienne", "Elle précède l’ouverture de l’étape des services, que dit le calendrier."),
    Reason.NO_CONTRIBUTION: Words(409, "Il manque les contributions", "Un service répond à une contribution au moins parmi celles de la proposition."),
    Reason.ALREADY_BEARS: Words(409, "Cette collectivité porte déjà ce service", "Ses personnes vérifiées écrivent déjà sur sa page. Rien n’a été changé."),
    Reason.DOES_NOT_BEAR: Words(409, "Cette collectivité ne porte pas ce service", "Elle a peut-être été retirée entre-temps. Rien n’a été changé."),
    Reason.DATE_UNCHANGED: Words(409, "C’est déjà la date de ce jalon", "Rien n’a été changé."),
    Reason.MILESTONE_DROPPED: Words(409, "Ce jalon est abandonné", "Il reste lisible, avec sa raison ; il ne se déplace plus et ne s’atteint plus."),
    Reason.NOT_A_PICTURE: Words(422, "Ce n’est pas une image PNG ou JPEG", "C’est le contenu qui compte, pas le nom."),
    Reason.PICTURE_TOO_BIG: Words(413, "Cette image est trop lourde", "Cinq mégaoctets au plus par image."),
    Reason.TOO_MANY_PICTURES: Words(409, "Trois images au plus", "Retirez-en une."),
    Reason.PICTURE_UNDESCRIBED: Words(409, "Cette image n’est pas décrite", "Une phrase dit ce qu’elle montre à qui ne la voit pas."),
    Reason.NEWS_NOT_WAITING: Words(409, "C’est déjà décidé", "Cette actualité n’attend plus la réponse de l’agence. Rien n’a été changé."),
    Reason.NEWS_NOT_READ: Words(409, "Cette actualité n’est plus lue", "Elle a été retirée ou n’a pas été publiée. Rien n’a été changé."),
    Reason.SERVICE_STOPPED: Words(409, "Ce service est arrêté", "Il ne prend plus d’engagement et ne se déploie plus. Sa page reste, avec ce qui a été appris."),
    Reason.NOT_OF_THE_SERVICE: Words(403, "Vous n’êtes pas de l’équipe de ce service", "Les collectivités qui le portent et l’agence écrivent sur sa page. Si la vôtre le porte, demandez à l’équipe de la consultation de l’ajouter."),
    Reason.DATE_BEFORE_BIRTH: Words(409, "Cette date est trop ancienne", "Elle précède la naissance du service."),
    Reason.DATE_TO_COME: Words(409, "Cette date n’est pas encore venue", "On ne déclare que ce qui a eu lieu, aujourd’hui au plus tard."),
    Reason.ALREADY_REACHED: Words(409, "Ce jalon est déjà atteint", "Sa date est enregistrée. Rien n’a été changé."),
    Reason.ALREADY_DEPLOYED: Words(409, "C’est déjà enregistré", "La page du service dit déjà cela de cette collectivité, depuis ce jour-là."),
    Reason.NOT_DEPLOYED: Words(409, "Cette collectivité n’a pas encore ce service", "On ne cesse d’utiliser que ce qu’on a essayé ou utilisé : dites d’abord depuis quand."),
    Reason.DATE_BEFORE_LAST_STEP: Words(409, "Cette date est trop ancienne", "Elle précède ce qui a été dit en dernier : chaque étape vient après la précédente."),
    Reason.SHARE_OVER_THE_RATE: Words(409, "La part de l’État dépasserait le taux", "Elle ne dépasse jamais, au centime près, la part du coût éligible que l’édition permet. Le coût éligible se publie d’abord."),
    Reason.FUNDERS_OVER_THE_COST: Words(409, "Les financements dépasseraient le coût", "La part de l’État et celles des autres financeurs ne dépassent pas, ensemble, le coût éligible. Il se publie d’abord."),
    Reason.ENVELOPE_EXCEEDED: Words(409, "L’enveloppe de l’édition serait dépassée", "Les parts de l’État de tous les services ne dépassent jamais, ensemble, l’enveloppe de l’édition."),
    Reason.ENGAGED_OVER_THE_SHARE: Words(409, "L’engagé dépasserait la part de l’État", "L’État n’engage que ce qu’il a accordé : la part de l’État se publie d’abord, et ne s’annule pas une fois engagée."),
    Reason.PAID_OVER_THE_ENGAGED: Words(409, "Le payé dépasserait l’engagé", "L’État ne paie que ce qu’il a engagé : l’engagement se publie d’abord, et ne s’annule pas une fois payé."),
    Reason.LINE_REPEATED: Words(409, "Cette ligne existe déjà", "La même nature, le même montant, le même jour et les mêmes mots : elle a sans doute été envoyée deux fois. Si c’en est une autre, dites en quoi dans ses mots."),
    Reason.FUNDING_CHANGED: Words(409, "L’enveloppe ou le taux ont changé entre-temps", "Quelqu’un d’autre vient de les changer. Rien n’a été enregistré : les voici tels qu’ils sont maintenant."),
    Reason.FUNDING_UNCHANGED: Words(409, "Ce sont déjà l’enveloppe et le taux de l’édition", "Rien n’a été changé."),
    Reason.ENVELOPE_BELOW_GRANTED: Words(409, "L’enveloppe ne descend pas sous ce qui est accordé", "Des parts de l’État sont déjà publiées : leur somme est le moins que l’enveloppe puisse être."),
}  # fmt: skip


def wording(reason: Reason, moment: Moment | None = None) -> str:
    """A refusal in one line, as a message or a command says it."""
    said = REFUSALS[reason]
    title = said.title if said.title.endswith("?") else f"{said.title}."
    return " ".join(part for part in (title, said.text, when(moment)) if part)


def when(moment: Moment | None) -> str:
    """Until when or since when a closed gate is closed, to the minute."""
    if moment is None:
        return ""
    if moment.is_early and moment.since:
        opens = "Ils seront publics" if moment.verb == "see_tallies" else "Elle ouvrira"
        return f"{opens} le {words.instant(moment.since)}."
    if moment.until and moment.verb == "change_ballot_rules":
        return f"Le vote est ouvert depuis le {words.at_hour(moment.until)} (heure de{words.NBSP}Paris)."
    if moment.until:
        return f"Elle est fermée depuis le {words.closing(moment.until)} (heure de{words.NBSP}Paris)."
    return ""

"""French words that say little of what a text is about, folded: the first nothing, the second next to nothing.

Rarity does not tell them in a small edition, where « vendredi » is as rare as « cantine ».
"""

_SAID_IN_PASSING = """
a afin ai ainsi alors apres au aucun aucune aura aussi autre autres aux avait avant avec avoir avons bien c ca car ce cela
celle celles celui certain certaine certaines certains ces cet cette ceux chaque chez comme comment d dans de depuis des
deux doit doivent donc dont du elle elles en encore entre est et etaient etait etant etc etre eux fait faire faut font ici
il ils j je jusqu l la le les leur leurs lors lorsqu lui m ma mais me meme memes mes moins mon n ne ni nos notre nous on
ont ou par pas peu peut peuvent plus plusieurs pour pourquoi pouvoir puis qu quand que quel quelle quelles quels qui quoi
s sa sans se sera serait ses si soient soit son sont sous souvent sur t ta te tel telle tes toi ton tous tout toute toutes
tres trop tu un une vers via vos votre vous y
"""
SAID_IN_PASSING = frozenset(_SAID_IN_PASSING.split())
"""Articles, pronouns, auxiliaries: left out."""

_ORDINARY = """
trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente quarante cinquante cent mille premier premiere
second seconde deuxieme troisieme dernier derniere ii iii iv vi vii jour journee semaine mois an annee heure matin
matinee midi soir lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout
septembre octobre novembre decembre fois temps date moment periode debut fin aujourd hui hier demain maintenant
toujours jamais parfois longtemps tot tard pendant deja recent quelque quelques quelqu beaucoup combien nombre
nombreux plupart moitie partie ensemble chacun chacune seul seule seulement autant assez environ presque juste double
mieux meilleur bon bonne mal grand grande petit petite gros long longue court haut bas vrai vraiment simple simplement
facile facilement possible impossible necessaire important different propre actuel aimer aimerais aimerions aimerait
falloir faudrait faudra vouloir voulons voudrait voudrions souhaiter souhaitons savoir sait savons sais connaitre peux
pouvons puisse puissent pourrait pourraient devoir devrait devraient devons donner donne mettre met mettent mis mise
prendre prend pris tenir tient tiennent tenons tenu venir vient viennent aller allons va vont passer rester trouver
retrouver chercher demander demande dire dit parler appeler ecrire ecrit voir voit voient vu regarder lire comprendre
croire penser faite faites faisons servir sert servent permettre permet permettent arriver partir commencer finir
continuer changer garder rendre rendu recevoir recoit recoivent recu envoyer repondre repond porter montrer proposer
creer utiliser travailler ouvrir oublier perdre essayer eviter engager fonctionner exister disposer disposition
obtenir sembler devenir ajouter noter tourner poser sortir entrer laisser reprendre revenir suis sommes ayant chose
monde gens personne cas exemple facon maniere moyen besoin probleme question raison point sujet type sorte genre
niveau endroit lieu place cote bout main mot ordre idee but objectif effet suite forme part titre sens vie etat parce
lorsque enfin ensuite sinon notamment surtout plutot selon contre hors sauf malgre devant derriere dedans dehors
ailleurs partout loin pres aupres ci soi rien tant voici voila oui non grace lequel laquelle lesquels lesquelles
auquel duquel ceci aujourdhui puisque tandis rendez commune communal mairie collectivite habitant agent service public
publique outil appelle appellent ete prepare preparer ouvre ouvrent traite traiter suivre suit ans pose note reste
donnes regarde servi osent ose coup coups
"""
ORDINARY = frozenset(_ORDINARY.split())
"""Numbers, days, what everybody does, what every mairie says: they count half, and are never why a text is shown."""
